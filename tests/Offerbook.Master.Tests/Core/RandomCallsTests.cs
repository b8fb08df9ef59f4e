using FsCheck;
using FsCheck.Fluent;
using Mesos.V1;
using CallType = Mesos.V1.Scheduler.Call.Types.Type;

namespace Offerbook.Master.Tests.Core;

/// <summary>
/// Whatever clients and agents do in whatever order, the core does not throw and its invariants hold: the harness checks them after
/// every turn. A failing run prints its steps.
/// </summary>
internal sealed class RandomCallsTests
{
    private const int Kinds = 16;

    [Test]
    public void Calls_InAnyOrder_KeepTheInvariants()
    {
        var step = ArbMap.Default.GeneratorFor<byte>().Three().Select(bytes => new Step(bytes.Item1 % Kinds, bytes.Item2, bytes.Item3));
        var runs = step.ArrayOf(120).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(runs, steps =>
        {
            var cluster = new RandomCluster();
            foreach (var next in steps)
            {
                cluster.Take(next);
            }
            cluster.CheckTasks();
        }));
    }

    internal readonly record struct Step(int Kind, int A, int B);

    private sealed class RandomCluster
    {
        private readonly MasterHarness _master = new(MasterSettings.Default with { SnapshotInterval = 5, MaxCompletedFrameworks = 3 });
        private readonly TestScheduler[] _schedulers;
        private readonly TestAgent[] _agents;
        private readonly Dictionary<(string, string), TaskState> _seen = [];
        private int _tasks;

        public RandomCluster()
        {
            _schedulers =
            [
                new TestScheduler(_master, TestScheduler.Framework("a")).Subscribe(),
                new TestScheduler(_master, TestScheduler.Framework("b", 100, FrameworkInfo.Types.Capability.Types.Type.PartitionAware))
                    .Subscribe(),
                new TestScheduler(_master, new FrameworkInfo { User = "root", Name = "old", FailoverTimeout = 1000 }).Subscribe(),
            ];
            _agents = [new TestAgent(_master, "10.0.0.1").Subscribe(), new TestAgent(_master, "10.0.0.2").Subscribe()];
        }

        public void Take(Step step)
        {
            var scheduler = _schedulers[step.A % _schedulers.Length];
            var agent = _agents[step.A % _agents.Length];
            switch (step.Kind)
            {
                case 0:
                    _master.Advance(TimeSpan.FromSeconds(step.A));
                    break;
                case 1:
                    scheduler.Subscribe();
                    break;
                case 2:
                    _master.Handle(new MasterMessage.ConnectionClosed(scheduler.Stream));
                    break;
                case 3 or 4 or 5 when scheduler.Offers.Count > 0:
                    var offer = scheduler.Offers[^(1 + step.B % scheduler.Offers.Count)];
                    scheduler.Accept(offer, TestScheduler.Task(offer, "t" + _tasks++ % 20, cpus: step.B % 5),
                        TestScheduler.Task(offer, "t" + _tasks++ % 20));
                    break;
                case 6 when scheduler.Offers.Count > 0:
                    scheduler.Decline(scheduler.Offers[^1], step.B);
                    break;
                case 7:
                    scheduler.Kill("t" + step.B % 20);
                    break;
                case 8:
                    scheduler.Reconcile();
                    scheduler.Reconcile(("t" + step.B % 20, agent.Id));
                    break;
                case 9:
                    scheduler.Call(step.B % 4 == 0 ? CallType.Teardown : step.B % 2 == 0 ? CallType.Suppress : CallType.Revive);
                    break;
                case 10:
                    agent.TakeLaunches(TaskState.TaskStaging);
                    agent.Subscribe();
                    break;
                case 11:
                    _master.Handle(new MasterMessage.ConnectionClosed(agent.Stream));
                    break;
                case 12 or 13:
                    Report(agent, step.B);
                    break;
                case 14 when scheduler.Updates.LastOrDefault(status => status.HasUuid) is { } update:
                    scheduler.Acknowledge(update);
                    break;
                case 15 when step.B % 8 == 0:
                    _master.Restart();
                    break;
                case 15:
                    agent.Pong();
                    break;
            }
            WatchStates();
        }

        /// <summary>Every task that is live is listed once and on a live agent.</summary>
        public void CheckTasks()
        {
            foreach (var framework in _master.View.Frameworks)
            {
                Assert.That(framework.Tasks.Select(task => task.Id).Distinct().Count(), Is.EqualTo(framework.Tasks.Length));
            }
        }

        private void Report(TestAgent agent, int choice)
        {
            agent.TakeLaunches(TaskState.TaskStaging);
            if (agent.Tasks.Count == 0)
            {
                return;
            }
            var task = agent.Tasks[choice % agent.Tasks.Count];
            var state = (choice % 4) switch
            {
                0 => TaskState.TaskStarting,
                1 => TaskState.TaskRunning,
                2 => TaskState.TaskFinished,
                _ => TaskState.TaskKilled,
            };
            var uuid = new byte[16];
            uuid[0] = (byte)choice;
            agent.Call(new Offerbook.Wire.AgentProtocol.Call
            {
                Type = Offerbook.Wire.AgentProtocol.Call.Types.Type.Update,
                Update = new()
                {
                    FrameworkId = task.FrameworkId,
                    LatestState = state,
                    Status = new TaskStatus { TaskId = task.TaskId, State = state, Uuid = Google.Protobuf.ByteString.CopyFrom(uuid) },
                },
            });
        }

        /// <summary>As long as a task stays live on its agent its state does not fall back.</summary>
        private void WatchStates()
        {
            var now = new Dictionary<(string, string), TaskState>();
            foreach (var task in _master.View.Frameworks.SelectMany(framework => framework.Tasks))
            {
                var key = (task.Framework.Value, task.Id.Value + "@" + task.Agent.Value);
                now[key] = task.State;
                if (_seen.TryGetValue(key, out var before) && before is TaskState.TaskFinished or TaskState.TaskKilled)
                {
                    Assert.That(task.State, Is.EqualTo(before), "a terminal state is final");
                }
            }
            _seen.Clear();
            foreach (var (key, state) in now)
            {
                _seen[key] = state;
            }
        }
    }
}
