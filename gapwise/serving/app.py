"""The HTTP interface: its paths, what they take and give, and their limits."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.resources import files
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gapwise.labelling.exported import Exported
from gapwise.serving.batcher import Batcher
from gapwise.texts.cleaning import normalize

MOST_TEXTS = 256  # in one request
LONGEST = 20_000  # characters of a text
MOST_BYTES = 8 * 2**20  # of a request
FORM = '{"texts": ["…"]}'

Text = Annotated[str, Field(max_length=LONGEST)]


class Question(BaseModel):
    """Texts to label."""

    model_config = ConfigDict(extra="forbid")

    texts: list[Text] = Field(min_length=1, max_length=MOST_TEXTS, examples=[["The market rose sharply."]])
    threshold: float | None = Field(
        default=None, ge=0, le=1, strict=True, description="Below this probability, abstain is true."
    )


class Label(BaseModel):
    """The label of a text; null where a text holds nothing, or white space and invisible signs alone."""

    predicted: str | None
    probability: float | None
    abstain: bool
    probabilities: dict[str, float] | None


class Answer(BaseModel):
    """Labels in the order of the texts."""

    labels: list[Label]


class Health(BaseModel):
    """What is served."""

    status: str
    format: str
    classes: list[str]
    max_length: int


def create(export: Exported, stopping: Callable[[], bool] = lambda: False) -> FastAPI:
    """Makes the application.

    Args:
        export: That labels.
        stopping: Tells whether the server is about to end.
    """
    batcher = Batcher(export)

    @contextlib.asynccontextmanager
    async def working(app: FastAPI) -> AsyncIterator[None]:
        async with batcher.working():
            yield

    # Without the pages of API documentation, which load scripts from elsewhere; /openapi.json is the schema.
    app = FastAPI(title="Gapwise", lifespan=working, docs_url=None, redoc_url=None)
    app.add_middleware(Middleware, stopping=stopping)
    page = files("gapwise.serving").joinpath("page.html").read_text(encoding="utf-8")

    @app.get("/health")
    def health() -> Health:
        return Health(
            status="ok",
            format=export.about["format"],
            classes=list(export.classes),
            max_length=export.about["max_length"],
        )

    @app.post("/label")
    async def label(question: Question) -> Answer:
        texts = [normalize(text) for text in question.texts]
        filled = [place for place, text in enumerate(texts) if text]
        found: Iterator[Any] = iter(await batcher.probabilities([texts[place] for place in filled]) if filled else [])
        labels = [_label(export.classes, next(found), question.threshold) if text else NOTHING for text in texts]
        return Answer(labels=labels)

    @app.get("/", response_class=HTMLResponse)
    def form() -> HTMLResponse:
        policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    @app.exception_handler(RequestValidationError)
    async def explain(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": [_sentence(problem) for problem in error.errors()]}, status_code=422)

    @app.exception_handler(400)  # FastAPI's answer to a body that cannot be decoded
    async def undecodable(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": [f"the request: must be JSON in UTF-8 of the form {FORM}"]}, status_code=400)

    return app


NOTHING = Label(predicted=None, probability=None, abstain=True, probabilities=None)


def _label(classes: Any, probabilities: Any, threshold: float | None) -> Label:
    best = int(probabilities.argmax())
    sure = float(probabilities[best])
    return Label(
        predicted=classes[best],
        probability=round(sure, 6),
        abstain=threshold is not None and sure < threshold,
        probabilities={name: round(float(one), 6) for name, one in zip(classes, probabilities, strict=True)},
    )


def _sentence(problem: Any) -> str:
    if problem["type"] == "json_invalid":
        return f"the request: no valid JSON, {problem['ctx']['error']} at character {problem['loc'][-1]}"
    match problem["loc"][1:]:
        case ["texts", int(place), *_]:
            where = f"text {place + 1}"
        case steps:
            where = ".".join(map(str, steps))
    if not where and problem["type"] == "model_attributes_type":
        return f"the request: must be a JSON object such as {FORM}, sent with Content-Type: application/json"
    return f"{where or 'the request'}: {problem['msg']}"


class Middleware:
    """Refuses a request of more than `MOST_BYTES` before it is read whole, and says to clients when the server ends.

    Without that, a client would send its next request over a connection that is just being closed.
    """

    def __init__(self, app: ASGIApp, stopping: Callable[[], bool]) -> None:
        self.app, self.stopping = app, stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and its answer back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MOST_BYTES:
                detail = [f"the request: at most {MOST_BYTES // 2**20} MiB; send fewer texts at a time"]
                await JSONResponse({"detail": detail}, status_code=413)(scope, receive, send)
                return
        read = False

        async def again() -> Message:
            nonlocal read
            if read:
                return await receive()
            read = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def farewell(message: Message) -> None:
            if message["type"] == "http.response.start" and self.stopping():
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        await self.app(scope, again, farewell)
