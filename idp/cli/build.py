"""Which build of the distribution this is: one for production has no control plane to start (`scripts/wheel --production`)."""

from importlib.util import find_spec

from idp.errors import StandUnusable


def demand_test_build() -> None:
    """Raises StandUnusable where the control plane is not installed."""
    if find_spec("idp.control") is None:
        raise StandUnusable("this build is for production and has no control plane: use propusk serve")
