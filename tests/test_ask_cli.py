"""`cockpit ask`: offline by itself; with a model only after what leaves was shown and agreed to."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.cli import main
from tests.archive_kit import year
from tests.model_standin import StandIn


@pytest.mark.slow
def test_a_question_on_the_command_line_offline_and_with_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    year(20, 20).copy(tmp_path / "hangzhou")
    given = ["--profile", str(tmp_path)]
    turns = ({"calls": [("figure", {"period": "yesterday"})]}, {"text": "昨天共⟦r1.value⟧。实为 999 件。"})
    with StandIn(*turns) as model:
        (tmp_path / "model.toml").write_text(f'url = "{model.url}"\nmodel = "m"\n[ask]\non = true\n', "utf-8")
        assert main(["ask", "昨天一共有多少件", *given]) == 0
        offline = capsys.readouterr().out
        assert not model.raw
        assert main(["ask", "昨天一共有多少件", "--model", *given]) == 0
        refused = capsys.readouterr()
        assert not model.raw
        assert '"stream":true' in refused.err
        assert refused.out == offline
        assert main(["ask", "昨天一共有多少件", "--model", "--yes", *given]) == 0
        answered = capsys.readouterr().out
    assert "999" not in answered
    assert "standin-1" in answered
    assert main(["ask", "--log", *given]) == 0
    assert "/v1/chat/completions" in capsys.readouterr().out
