import pytest

from gapwise.augmenting.language import require_english
from gapwise.base.errors import UserError

GERMAN = "Das Unternehmen meldete nicht die erwarteten Ergebnisse, und die Aktien fielen am Montag um fünf Prozent."
SPANISH = "La empresa no publicó los resultados esperados, y sus acciones cayeron un cinco por ciento el lunes."


@pytest.mark.parametrize("text", [GERMAN, SPANISH, "Компания не сообщила о результатах, которых ждали аналитики."])
def test_texts_in_another_language_are_not_varied(text):
    with pytest.raises(UserError, match="made for English, and these texts are not") as caught:
        require_english([text] * 30)
    assert "set augment.methods to []" in caught.value.problems[1]


def test_english_is(samples):
    for texts in samples.values():
        require_english(texts["text"])


def test_of_few_words_nothing_is_said():
    require_english([GERMAN])
