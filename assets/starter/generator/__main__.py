"""Render photos, look at them, and put the starter set together.

`python -m assets.starter.generator --help` says how.

Rendering needs Blender's module: see README.md beside this file.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from assets.starter.generator import collection
from assets.starter.generator.photo import SPECIES, Recipe
from assets.starter.generator.rendering import path_of, rendered
from assets.starter.generator.sheet import contact_sheet

STARTER = Path(__file__).parents[1]
A_SHEET = 48  # Photos


def main() -> int:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(
        prog="python -m assets.starter.generator", description="Renders the starter set."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = commands.add_parser
    listed = add(
        "species",
        help="list all species, where they are photographed, and how many of each the set holds",
    )
    listed.set_defaults(run=_list)
    render = add("render", help="render some photos, and a contact sheet of them")
    render.add_argument(
        "--species",
        nargs="+",
        default=sorted(SPECIES),
        choices=sorted(SPECIES),
        metavar="NAME",
        help="which (all)",
    )
    render.add_argument(
        "--seeds",
        type=int,
        nargs=2,
        default=(0, 1),
        metavar=("FROM", "TO"),
        help="seeds, the last not included (0 1)",
    )
    render.add_argument("--pixels", type=int, default=320, help="the longer side (320)")
    render.add_argument("--samples", type=int, default=8, help="light paths a pixel (8)")
    render.set_defaults(run=_render)
    collect = add(
        "collect",
        help="render what is still missing of the starter set, and write its photos and photos.csv",
    )
    collect.add_argument(
        "--starter", type=Path, default=STARTER, help="where to write them (assets/starter)"
    )
    collect.set_defaults(run=_collect, pixels=320, samples=8)
    for command in (render, collect):
        command.add_argument(
            "--out",
            type=Path,
            required=True,
            help="folder for the renders, which are kept from run to run",
        )
        command.add_argument(
            "--processes",
            type=int,
            default=os.cpu_count() or 1,
            help="photos rendered at once (one a processor)",
        )
    arguments = parser.parse_args()
    return int(arguments.run(arguments))


def _list(arguments: argparse.Namespace) -> int:
    counts = collection.counts(collection.PER_CLASS)
    for species in sorted(SPECIES.values(), key=lambda species: (species.label, species.name)):
        places = ", ".join(dict.fromkeys(species.places))
        print(f"{species.label:10} {species.name:24} {counts[species.name]:3} {places}")
    return 0


def _render(arguments: argparse.Namespace) -> int:
    recipes = [Recipe(name, seed) for name in arguments.species for seed in range(*arguments.seeds)]
    _missing(recipes, arguments)
    _sheets(recipes, arguments.out)
    return 0


def _collect(arguments: argparse.Namespace) -> int:
    recipes = collection.chosen(collection.PER_CLASS, collection.rejected())
    _missing(recipes, arguments)
    _sheets(recipes, arguments.out)
    table = collection.rows(recipes)
    renders = {recipe: path_of(recipe, arguments.out).read_bytes() for recipe in recipes}
    collection.write(table, renders, arguments.starter)
    print(json.dumps(collection.summary(table), indent=1))
    return 0


def _missing(recipes: list[Recipe], arguments: argparse.Namespace) -> None:
    """Render what is not there yet."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    missing = [recipe for recipe in recipes if not path_of(recipe, arguments.out).exists()]
    for number, (path, seconds) in enumerate(
        rendered(
            missing,
            arguments.out,
            pixels=arguments.pixels,
            samples=arguments.samples,
            processes=arguments.processes,
        ),
        1,
    ):
        print(f"{number} of {len(missing)}: {path.name}, {seconds:.1f} s", file=sys.stderr)


def _sheets(recipes: list[Recipe], folder: Path) -> None:
    for start in range(0, len(recipes), A_SHEET):
        some = recipes[start : start + A_SHEET]
        captioned = [
            (path_of(recipe, folder), f"{recipe.species} {recipe.seed}") for recipe in some
        ]
        contact_sheet(
            captioned,
            folder
            / (f"sheet_{start // A_SHEET + 1:02d}.png" if len(recipes) > A_SHEET else "sheet.png"),
        )


if __name__ == "__main__":
    sys.exit(main())
