"""Rollouts of several gateways that share a Redis: one verdict, whoever is killed, and none that is lost."""
import json, signal, subprocess, time
import pytest
from conftest import eventually
from test_limits import redis  # noqa: F401  a server of its own for each test
from test_rollout import MODELS, House, arm, feedback


@pytest.fixture
def make_house(make_gateway, redis):
    made = []
    def make(count=3):
        made.append(House(make_gateway, count=count, settings=f'limit_state: {{ redis: {{ address: "{redis.address}", timeout: 20s }} }}'))
        return made[-1]
    yield make
    for h in made: h.close()


def phases(house, *gateways): return [(s := house.status(g)) and s["phase"] for g in gateways or range(len(house.gateways))]


def follow(house, phase, *gateways): eventually(lambda: set(phases(house, *gateways)) == {phase})


def own(house, gateway): return [s for s in house.steps(gateway) if not s.get("follows")]


def all_steps(house, gateway): return [(s["step_id"].rsplit("/", 1)[1], s["phase"], s["share"]) for s in house.steps(gateway)]


def once(house):
    """Each step stands once in every ledger, and one gateway has taken it."""
    for g in range(len(house.gateways)):
        names = [s["step_id"] for s in house.steps(g)]
        assert len(names) == len(set(names)), names
    taken = [s["step_id"] for g in range(len(house.gateways)) for s in own(house, g)]
    assert len(taken) == len(set(taken)), taken
    return taken


def trouble(house, gateway): return json.loads(house.gateways[gateway].run("rollout", "status", "--json").stdout).get("trouble")


def test_three_gateways_count_together_and_take_each_step_once(make_house):
    house = make_house()
    house.start(steps="50,100", requests=60)
    follow(house, "running")
    eventually(lambda: [json.loads(g.run("rollout", "status", "--json").stdout)["gateways"] for g in house.gateways] == [3, 3, 3])
    assert "3 gateways count together" in house.gateways[2].run("rollout", "status").stdout
    # No gateway alone has what a step needs.
    for _ in range(12):
        for g in range(3): assert all(r.status_code == 200 for r in house.ask_many(8, gateway=g))
        if set(phases(house)) == {"promoted"}: break
    for _ in range(40):
        if "promoted" in phases(house): break
        for g in range(3): house.ask_many(8, gateway=g)
    follow(house, "promoted")
    states = [{k: v for k, v in house.status(g).items()} for g in range(3)]
    assert states[0] == states[1] == states[2]
    eventually(lambda: all(len(house.steps(g)) == 3 for g in range(3)))
    assert len(once(house)) == 3 and all_steps(house, 0) == all_steps(house, 1) == all_steps(house, 2)
    for g in house.gateways: g.verify()


def test_a_conversation_stays_in_its_arm_and_feedback_counts_at_any_gateway(make_house):
    house = make_house(2)
    house.start("feedback>=control-0.05", steps="50", requests=100000)
    follow(house, "running")
    a = house.ask("a conversation"); request = a.headers["x-request-id"]
    first = feedback(house, request, thumbs="up")
    assert first.json()["repeated"] is False
    assert feedback(house, request, score=0).json()["repeated"] is True
    eventually(lambda: [sum(g["treatment_count"] + g["control_count"] for g in house.status(n)["guards"]) for n in range(2)] == [1, 1])


@pytest.mark.parametrize("killed", [False, True], ids=["all", "one-killed"])
def test_a_rollback_seen_by_one_stops_the_canary_on_all(make_house, killed):
    house = make_house()
    house.start(steps="50", requests=100000)
    follow(house, "running")
    house.canary.mode = "errors"
    for _ in range(100):
        house.ask(gateway=0)
        if house.status(0)["phase"] == "rolled_back": break
    at = time.monotonic()
    if killed: house.gateways[0].stop(signal.SIGKILL)
    follow(house, "rolled_back", 1, 2)
    print("followed within", time.monotonic() - at)
    seen = len(house.canary.seen)
    for g in (1, 2): assert all(arm(r) is None for r in house.ask_many(10, gateway=g))
    assert len(house.canary.seen) == seen <= 20
    if killed: house.gateways[0].start()
    follow(house, "rolled_back")
    eventually(lambda: all(len(house.steps(g)) == 2 for g in range(3)))
    assert len(once(house)) == 2 and own(house, 0)[-1]["phase"] == "rolled_back"


def test_without_redis_nothing_is_promoted_and_a_local_rollback_stands_and_is_told(make_house, redis):
    house = make_house()
    house.start(steps="50,100", requests=20)
    house.say("hold"); follow(house, "held")
    redis.stop()
    eventually(lambda: all(trouble(house, g) for g in range(3)))
    assert house.say("promote", check=False).returncode and house.say("resume", check=False).returncode
    for g in range(3): assert all(r.status_code == 200 for r in house.ask_many(60, gateway=g))
    assert phases(house) == ["held"] * 3
    house.canary.mode = "errors"
    before = len(house.canary.seen)
    for _ in range(150):
        house.ask(gateway=1)
        if house.status(1)["phase"] == "rolled_back": break
    assert house.status(1)["phase"] == "rolled_back" and len(house.canary.seen) - before <= 20
    assert phases(house, 0, 2) == ["held"] * 2
    assert house.gateways[1].run("rollout", "status", "--json").stdout and house.steps(1)[-1]["phase"] == "rolled_back"
    # Neither its own end nor that of Redis takes it back.
    house.gateways[1].stop(signal.SIGKILL); house.gateways[1].start()
    assert house.status(1)["phase"] == "rolled_back" and all(arm(r) is None for r in house.ask_many(10, gateway=1))
    redis.start()
    follow(house, "rolled_back")
    eventually(lambda: not any(trouble(house, g) for g in range(3)))
    eventually(lambda: all(house.steps(g)[-1]["phase"] == "rolled_back" for g in range(3)))
    assert sum(s["phase"] == "rolled_back" for s in house.steps(1)) == 1
    once(house)


def test_an_operator_takes_the_candidate_back_without_redis(make_house, redis):
    house = make_house(2)
    house.start(steps="50", requests=100000); follow(house, "running")
    redis.stop()
    eventually(lambda: trouble(house, 0))
    house.say("rollback"); assert house.status(0)["phase"] == "rolled_back" and house.status(1)["phase"] == "running"
    redis.start()
    follow(house, "rolled_back")


def test_a_redis_that_lost_everything_is_told_by_those_who_know(make_house, redis):
    house = make_house()
    house.start(steps="25,50,100", requests=100000); follow(house, "running")
    house.ask_many(60)
    house.gateways[2].stop(signal.SIGKILL)             # knows the first step only
    house.say("promote"); eventually(lambda: [house.status(g)["share"] for g in (0, 1)] == [50, 50])
    counted = eventually(lambda: (s := house.status(1))["requests"] + s["control_requests"] == 60 and s)
    redis.stop(); redis.start()                        # it keeps nothing
    eventually(lambda: not trouble(house, 0) and not trouble(house, 1))
    assert house.status(0) == house.status(1) == counted
    for g in (0, 1): house.gateways[g].stop(signal.SIGKILL)
    redis.stop(); redis.start()
    house.gateways[2].start()                          # so that the one that knows least begins
    eventually(lambda: not trouble(house, 2))
    for g in (0, 1): house.gateways[g].start()
    eventually(lambda: [house.status(g)["share"] for g in range(3)] == [50, 50, 50])
    assert house.status(0) == house.status(1) == house.status(2)
    house.say("rollback"); follow(house, "rolled_back")
    eventually(lambda: all(house.steps(g)[-1]["phase"] == "rolled_back" for g in range(3)))
    once(house)


def test_a_redis_that_does_not_answer_costs_a_second_and_nothing_is_counted_twice(make_house, redis):
    house = make_house(2)
    house.start(steps="50", requests=100000); follow(house, "running")
    house.ask_many(40)
    redis.process.send_signal(signal.SIGSTOP)
    try:
        house.ask_many(40)
        eventually(lambda: trouble(house, 0))
        house.canary.mode = "errors"
        for _ in range(150):
            house.ask()
            if house.status()["phase"] == "rolled_back": break
        assert house.status()["phase"] == "rolled_back"
    finally:
        redis.process.send_signal(signal.SIGCONT)
    follow(house, "rolled_back")
    once(house)


def test_killed_at_any_moment_each_step_stands_once(make_house):
    house = make_house(2)
    for n in range(6):
        house.gateway.run("rollout", "start", "small", "--to", "second/echo", "--steps", "50,100", "--min-requests", "100000")
        time.sleep(0.35 * n)                            # before and after the ledger has it, and the journal says so
        house.gateway.stop(signal.SIGKILL); house.gateway.start()
        house.say("promote"); house.gateway.stop(signal.SIGKILL); house.gateway.start()
        house.say("stop"); eventually(lambda: phases(house) == [None, None])
    eventually(lambda: len(house.steps(0)) == len(house.steps(1)) == 18)
    assert len(once(house)) == 18


def test_files_say_the_same_to_all(make_house):
    house = make_house()
    for g in house.gateways:
        (g.folder / "policies/rollouts.yaml").write_text("rollouts:\n  small: { alias: small, to: second/echo, steps: [50, 100], min_requests: 100000, guards: ['error_rate<=control+0.05'] }\n")
    follow(house, "running")
    house.say("rollback"); follow(house, "rolled_back")
    for g in house.gateways: g.reload()
    assert phases(house) == ["rolled_back"] * 3
    for g in house.gateways: (g.folder / "policies/rollouts.yaml").unlink()
    follow(house, None)
    assert len(once(house)) == 2
