"""The file that is not encrypted, which a backup needs on its way."""

from pathlib import Path

from core.backup.scratch import scratch_in


def test_a_clear_copy_goes_with_the_next_run_and_never_under_one_that_goes_on(tmp_path: Path) -> None:
    left = tmp_path / "backup-scratch.1f2e"
    for each in (left, tmp_path / f"{left.name}-wal"):
        each.write_text("of a run that was killed")
    with scratch_in(tmp_path) as mine:
        assert list(tmp_path.iterdir()) == [mine] and mine.stat().st_mode & 0o777 == 0o600
        with scratch_in(tmp_path) as other:
            assert set(tmp_path.iterdir()) == {mine, other}
    assert list(tmp_path.iterdir()) == []
