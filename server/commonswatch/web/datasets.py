"""The catalogue of datasets, open to everybody: a list to search, and a page for each. Facts: ``rules.catalogue``."""

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import format_date, gettext
from werkzeug.wrappers import Response

from commonswatch.domain.errors import NotFound
from commonswatch.domain.states import Role
from commonswatch.rules import catalogue
from commonswatch.rules.catalogue import DATASETS, plain
from commonswatch.rules.datasets import Dataset, State
from commonswatch.services.reporting import copies
from commonswatch.services.scanning import memberships, scans
from commonswatch.services.scanning.lineage import certainties, rank
from commonswatch.web import lineage
from commonswatch.web.frame import database
from commonswatch.web.frame.policy import current_roles, public

blueprint = Blueprint("datasets", __name__)

LONGEST_SEARCH = 200
FEWEST_TOLD = 10
_FORMATS = ("y", "MMMM y", "d MMMM y")


@blueprint.get("/datasets")
@public
def index() -> str:
    """All datasets by name; ``?search=``, ``?status=`` and ``?family=`` narrow them."""
    search = request.args.get("search", "").strip()[:LONGEST_SEARCH]
    status, family = request.args.get("status", ""), request.args.get("family", "")
    families = catalogue.families()
    members = families.get(family, DATASETS)
    wanted = [one for one in members if _is_like(one, search) and (one.status.state == status or status not in _STATES)]
    return render_template(
        "datasets/index.html",
        found=sorted(wanted, key=lambda one: one.name.lower()),
        total=len(DATASETS),
        families={root: (catalogue.CATALOGUE.datasets[root], len(members)) for root, members in families.items()},
        search=search,
        status=status if status in _STATES else "",
        family=family if family in families else "",
    )


@blueprint.get("/datasets/<name>")
@public
def show(name: str) -> str | Response:
    """What is known about one dataset. Another of its names leads to its id."""
    dataset = catalogue.dataset(name)
    if dataset is None:
        raise NotFound(gettext("The catalogue has no dataset of this name."))
    if dataset.id != name:
        return redirect(url_for("datasets.show", name=dataset.id))
    return render_template(
        "datasets/show.html",
        dataset=dataset,
        made_from=[catalogue.CATALOGUE.datasets[one] for one in dataset.derived_from],
        made_into=[one for one in catalogue.derived(dataset.id) if dataset.id in one.derived_from],
        further=[one for one in catalogue.derived(dataset.id) if dataset.id not in one.derived_from],
        picture=lineage.picture(dataset),
        branches=lineage.branches(dataset),
        seen=copies.seen(database.session(), dataset.id),
        lists=memberships.scans_of(database.session(), dataset.id),
        members=_roughly(memberships.count_of(database.session(), dataset.id)),
        fewest=FEWEST_TOLD,
        relatives=_listed_relatives(dataset),
        sees_scans=Role.MODERATOR in current_roles(),
        checked=catalogue.CATALOGUE.checked,
    )


@blueprint.app_template_filter()
def partial_date(text: str) -> str:
    """A date known to the day, the month or the year (``2019-06``), in words."""
    parts = [int(part) for part in text.split("-")]
    first_day = date(*[*parts, 1, 1][:3])
    return str(format_date(first_day, _FORMATS[len(parts) - 1]))


_STATES = frozenset(State)


def _listed_relatives(dataset: Dataset) -> list[tuple[Dataset, str]]:
    """Relatives of which a list was read, and what that says about copies of this dataset; the surest first."""
    known = certainties(dataset.id)
    listed = scans.listed(database.session(), known.keys() - {dataset.id})
    named = [(catalogue.CATALOGUE.datasets[one], known[one]) for one in listed]
    return [(one, how.value) for one, how in sorted(named, key=lambda each: (rank(each[1]), each[0].name.lower()))]


def _roughly(number: int) -> int | None:
    """A number that tells nobody about a single work: whole tens, and None (not told) below ten."""
    return number // FEWEST_TOLD * FEWEST_TOLD if number >= FEWEST_TOLD else None


def _is_like(dataset: Dataset, search: str) -> bool:
    """Whether each word of a search is in a name of the dataset, its origin, its organisation or a reported user."""
    users = [name for one in dataset.known_users for name in one.names]
    said = " ".join((*dataset.names, dataset.origin, dataset.organisation, *dataset.also_derived, *users))
    return all(plain(word) in plain(said) for word in search.split())
