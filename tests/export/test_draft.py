"""What the parts that write a script share."""

from asgilab.export._draft import Draft
from asgilab.export._flow import Carried, Plan
from asgilab.export._names import Names
from asgilab.export._payloads import Payloads
from asgilab.export._secrets import Secrets
from asgilab.export._variables import Variables


def test_a_draft_knows_names_users_and_what_moves() -> None:
    plan = Plan(places={7: {("path",): Carried(3, ("text",))}})
    payloads = Payloads(plan, {}, Secrets(Names()))
    variables = Variables({"Alice": "alice"}, {"alice_user": "alice"})
    options = {"Alice": {"user": "alice"}}
    draft = Draft(options, variables, payloads, False, frozenset())
    assert draft.variable("Alice") == "alice"
    assert draft.user("Alice") == "alice_user"
    assert draft.user("Bob") == ""
    assert draft.moves(7, "path")
    assert not draft.moves(7, "code")
    assert not draft.moves(8, "path")
