"""The command line. What each command does is in the room ``commands``."""

import click

from commonswatch.commands import (
    check,
    datasets,
    exports,
    fingerprints,
    links,
    listed,
    lists,
    lookups,
    pictures,
    scan,
    site,
    upkeep,
    watch_list,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="commonswatch")
def main() -> None:
    """Commonswatch tells people when their Creative Commons media turn up elsewhere."""


for _command in (
    *(site.run, site.serve, site.worker, site.demo, site.setup_link),
    *(lookups.lookup, listed.listed),
    *(upkeep.db, upkeep.audit, upkeep.moderators, watch_list.watch_list),
    *(lists.keys, lists.locations, lists.licences, links.links, datasets.datasets, fingerprints.fingerprint, scan.scan),
    *(check.check, pictures.explain, pictures.common_pictures),
    *(exports.export_openapi, exports.export_settings),
):
    main.add_command(_command)
