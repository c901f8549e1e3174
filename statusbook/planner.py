"""The plan as the sources change: from each to the next by the shortest way there is."""

from __future__ import annotations

from pathlib import Path

from . import faceedit, lookedit, pipeline, record, shelf, textedit
from .garbage import settling
from .pipeline import Plan
from .problems import BadInput
from .sources import Snapshot


class Planner:
    """Plans a project, again and again. What the builds of the project keep is read and never written."""

    def __init__(self, root: Path, *, base_url: str | None, drafts: bool) -> None:
        self.base_url, self.drafts = base_url, drafts
        self._memo = shelf.open_memo(root / record.FOLDER)
        self._plan: Plan | None = None
        self._planned = Snapshot(())  # the sources of that plan
        self._edited = frozenset[str]()  # the paths that have changed since then, if only for a while

    def plan(self, snapshot: Snapshot, different: frozenset[str]) -> Plan:
        """The plan of ``snapshot``, which differs in the paths ``different`` from the one that came before.

        Raises :class:`BadInput` with every problem of the sources.
        """
        self._edited |= different
        try:
            plan = self._short_way(snapshot) or self._long_way(snapshot)
        except BadInput:
            raise
        except Exception:  # our mistake: no short way leads into it twice
            self._plan = None
            raise
        self._plan, self._planned, self._edited = plan, snapshot, frozenset()
        return plan

    def _short_way(self, after: Snapshot) -> Plan | None:
        """What comes of the last plan, without planning anew; None after other edits than of files it knows.

        It does not matter what has been wrong in between: only what differs from the sources that were planned.
        """
        plan, before = self._plan, self._planned
        if plan is None or after.problems or not all(path in before and path in after for path in self._edited):
            return None
        changed = [path for path in self._edited if before[path].digest != after[path].digest]
        if not changed:
            return plan
        return (
            textedit.replan(plan, after, changed, self._memo)
            or lookedit.replan(plan, after, changed, self._memo, base_url=self.base_url)
            or faceedit.replan(plan, after, changed, self._memo)
        )

    def _long_way(self, snapshot: Snapshot) -> Plan:
        with settling():
            return pipeline.plan(snapshot, base_url=self.base_url, drafts=self.drafts, memo=self._memo)
