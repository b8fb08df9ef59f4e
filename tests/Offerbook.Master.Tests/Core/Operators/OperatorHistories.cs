using FsCheck;
using FsCheck.Fluent;
using Mesos.V1;
using static Offerbook.Master.Tests.Core.Operators.OperatorScripts;
using Capability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;

namespace Offerbook.Master.Tests.Core.Operators;

/// <summary>
/// Operators, agents and frameworks do anything in any order, the master is restarted in between: invariants hold (the harness
/// checks after every turn) and the durable state is the fold of the journal.
/// </summary>
internal sealed class OperatorHistories
{
    private const int Kinds = 20;

    [Test]
    public void Decisions_InAnyOrder_KeepTheInvariantsAndTheFold()
    {
        var step = ArbMap.Default.GeneratorFor<byte>().Three()
            .Select(bytes => (Kind: bytes.Item1 % Kinds, A: (int)bytes.Item2, B: (int)bytes.Item3));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(120), Prop.ForAll(step.ArrayOf(80).ToArbitrary(), steps =>
        {
            var history = new History();
            foreach (var (kind, a, b) in steps)
            {
                history.Take(kind, a, b);
            }
        }));
    }

    private sealed class History
    {
        private readonly MasterHarness _master = new(MasterSettings.Default with
        {
            SnapshotInterval = 7,
            MaxLostAgents = 3,
            MaxLostAgentAge = TimeSpan.FromMinutes(20),
            AgentRemovalRateLimit = new RemovalRate(2, TimeSpan.FromMinutes(1)),
            RecoveryAgentRemovalLimit = 0.5,
        });

        private readonly TestAgent[] _agents;
        private readonly TestScheduler[] _schedulers;
        private int _tasks;

        public History()
        {
            _agents = [.. Enumerable.Range(1, 3).Select(i => new TestAgent(_master, $"10.0.0.{i}") { Drains = true }.Subscribe())];
            _schedulers =
            [
                new TestScheduler(_master, TestScheduler.Framework("a", 3600, Capability.PartitionAware)).Subscribe(),
                new TestScheduler(_master, TestScheduler.Framework("b/c", 3600)).Subscribe(),
            ];
        }

        public void Take(int kind, int a, int b)
        {
            var agent = _agents[a % _agents.Length];
            var id = agent.Id ?? new AgentID { Value = "not-yet-one" };
            var scheduler = _schedulers[a % _schedulers.Length];
            var machine = Machine($"host-10.0.0.{1 + a % 3}", $"10.0.0.{1 + a % 3}");
            switch (kind)
            {
                case 0:
                    _master.Advance(TimeSpan.FromSeconds(b));
                    break;
                case 1:
                    _master.Drain(id, b % 9, markGone: b % 4 == 0);
                    break;
                case 2:
                    _master.Deactivate(id);
                    break;
                case 3:
                    _master.Reactivate(id);
                    break;
                case 4 when b % 3 == 0:
                    _master.MarkGone(id);
                    break;
                case 5:
                    _master.Schedule(b % 3 == 0 ? [] : [Window(b, machine), Window(b + 1, Machine("x", "10.9.9.9"))]);
                    break;
                case 6:
                    _master.Down(machine);
                    break;
                case 7:
                    _master.Up(machine);
                    break;
                case 8:
                    _master.UpdateQuota(b % 2 == 0,
                        Quota(a % 2 == 0 ? "a" : "b", b % 5 == 0 ? [] : [("cpus", b % 4)], b % 5 == 0 ? [] : [("cpus", b % 4 + 1)]));
                    break;
                case 9:
                    _master.UpdateWeights(("a", b), ("b/c", 1));
                    break;
                case 10 when b % 4 == 0:
                    _master.Restart();
                    break;
                case 11 or 12:
                    Return(agent);
                    break;
                case 13:
                    _master.Handle(new MasterMessage.ConnectionClosed(agent.Stream));
                    break;
                case 14:
                    scheduler.Subscribe();
                    break;
                case 15 when scheduler.Offers.Count > 0:
                    scheduler.Accept(scheduler.Offers[^1], TestScheduler.Task(scheduler.Offers[^1], "t" + _tasks++));
                    break;
                case 16 when scheduler.Offers.Count > 0:
                    scheduler.Decline(scheduler.Offers[^1], b % 10);
                    break;
                case 17:
                    AnswerInverseOffers(scheduler, b);
                    break;
                case 18:
                    EndTasks(agent, scheduler);
                    break;
                case 19:
                    _master.Handle(new MasterMessage.ConnectionClosed(scheduler.Stream));
                    break;
            }
            _master.Settle();
            _master.CheckFold();
        }

        /// <summary>One that was told to go comes as a new one.</summary>
        private static void Return(TestAgent agent)
        {
            agent.TakeLaunches();
            if (agent.Of(Wire.AgentProtocol.Event.Types.Type.Shutdown).Count > 0)
            {
                agent.Id = null;
                agent.Tasks.Clear();
            }
            agent.Subscribe();
        }

        private static void AnswerInverseOffers(TestScheduler scheduler, int b)
        {
            var ids = scheduler.Events.Where(e => e.Type == Mesos.V1.Scheduler.Event.Types.Type.InverseOffers)
                .SelectMany(e => e.InverseOffers.InverseOffers_).Select(offer => offer.Id);
            var call = new Mesos.V1.Scheduler.Call { Type = Mesos.V1.Scheduler.Call.Types.Type.DeclineInverseOffers,
                DeclineInverseOffers = new() };
            call.DeclineInverseOffers.InverseOfferIds.Add(ids);
            call.DeclineInverseOffers.Filters = new Filters { RefuseSeconds = b % 20 };
            scheduler.Call(call);
        }

        private void EndTasks(TestAgent agent, TestScheduler scheduler)
        {
            var mine = _master.View.Frameworks.Where(framework => framework.Id.Value == scheduler.Id!.Value)
                .SelectMany(framework => framework.Tasks).Where(task => task.Agent.Value == agent.Id?.Value).ToList();
            if (mine.Count == 0 || _master.View.Agents.All(view => view.Id.Value != agent.Id?.Value || !view.Connected))
            {
                return;
            }
            var status = agent.Update(scheduler.Id!, mine[0].Id.Value, TaskState.TaskKilled);
            agent.Tasks.RemoveAll(task => task.TaskId.Equals(status.TaskId));
            scheduler.Acknowledge(status);
        }
    }
}
