"""What SECURITY.md says of DVC and the key by which a server is known."""

from tests.clones import Clone


def test_git_refuses_a_server_with_another_key_and_dvc_does_not(hub):
    clone = Clone(hub.folder / "clone", **hub.home("wary"))
    clone.folder.mkdir()
    ssh = hub.folder / "homes" / "wary" / ".ssh"
    kind, key = (hub.folder / "user.pub").read_text().split()[:2]  # not the key of the host
    (ssh / "known_hosts").write_text(f"[127.0.0.1]:{hub.port} {kind} {key}\n")
    config = (ssh / "config").read_text()
    (ssh / "config").write_text(config.replace("StrictHostKeyChecking accept-new", ""))  # only OpenSSH knows it
    clone.run("git", "init", "-q")
    clone.run("dvc", "init", "-q")
    (clone.folder / "mine.csv").write_text("text,label\nfine,good\n")
    clone.run("dvc", "add", "-q", "mine.csv")
    clone.commit()
    clone.run("git", "remote", "add", "origin", hub.url(hub.git))
    clone.run("dvc", "remote", "add", "-d", "team", hub.url(hub.dvc))

    assert "REMOTE HOST IDENTIFICATION HAS CHANGED" in clone.run("git", "ls-remote", "origin", fails=True)
    assert "1 file pushed" in clone.run("dvc", "push")
    clone.run("dvc", "exp", "list", "origin")
