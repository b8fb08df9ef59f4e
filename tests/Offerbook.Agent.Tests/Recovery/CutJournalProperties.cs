using Offerbook.Actors;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Tests.Support;
using Offerbook.Wire.AgentProtocol;

namespace Offerbook.Agent.Tests.Recovery;

/// <summary>
/// kill -9 after every single event of a random life: the state is the fold, and every task that was admitted comes to an end that is told.
/// </summary>
public sealed class CutJournalProperties
{
    [Test]
    public void Journal_CutAnywhere_GivesAnAgentThatGoesOn([Range(1, 40)] int seed)
    {
        var bench = Live(seed, 60);

        Assert.That(bench.Restart().Core.CaptureState(), Is.EqualTo(bench.Core.CaptureState()), "the state is the fold of the journal");
        for (var cut = 0; cut <= bench.Journal.Count; cut++)
        {
            var restarted = bench.Restart(cut);
            AnswerRecovery(restarted, (uint)seed);
            restarted.Core.CheckInvariants();
            Assert.That(restarted.Effects<LaunchContainer>(), Is.Empty, "nothing is started again");
            restarted.Register();
            EndEverything(restarted);
            Assert.That(restarted.Core.View().Frameworks.SelectMany(framework => framework.Tasks), Is.Empty, $"cut after {cut}");
        }
    }

    /// <summary>Everything that may happen to an agent, in an order drawn from the seed.</summary>
    private static Bench Live(int seed, int steps)
    {
        var random = new SeededRandom((ulong)seed);
        var bench = new Bench(Make.Settings("cpus:100;mem:100000")).Register();
        var launched = 0;
        for (var step = 0; step < steps; step++)
        {
            var tasks = bench.Core.View().Frameworks.SelectMany(framework => framework.Tasks).ToList();
            var any = tasks.Count > 0 ? tasks[random.Next(tasks.Count)] : null;
            switch (random.Next(10))
            {
                case 0 or 1 or 2:
                    bench.Hear(Make.Launch(Make.Task($"t{launched++ % 8}"), Make.Framework($"f{random.Next(2)}")));
                    break;
                case 3 or 4 when any is { ContainerEnded: false }:
                    bench.Tell(new AgentMessage.ContainerStarted(any.Container, 1));
                    break;
                case 5 when any is { ContainerEnded: false }:
                    bench.Tell(new AgentMessage.ContainerExited(any.Container, new ContainerExit.Exited(random.Next(2))));
                    break;
                case 6 when any is not null:
                    bench.Hear(Make.Kill(any.Task.TaskId.Value, random.Next(3), any.Task.FrameworkId.Value));
                    break;
                case 7 or 8 when any is not null && bench.Updates(any.Task.TaskId.Value).LastOrDefault() is { } update:
                    bench.Hear(Make.Acknowledge(any.Task.TaskId.Value, update, any.Task.FrameworkId.Value));
                    break;
                case 9 when random.Next(6) == 0:
                    bench.Hear(Make.ShutDownFramework($"f{random.Next(2)}"));
                    break;
                default:
                    bench.Pass(TimeSpan.FromMilliseconds(random.Next(3_000)));
                    break;
            }
            bench.Hear(new Event { Type = Event.Types.Type.Ping });
        }
        return bench;
    }

    private static void AnswerRecovery(Bench bench, uint seed)
    {
        var choice = seed;
        foreach (var container in bench.Effects<RecoverContainers>().Single().Containers.Select(spec => spec.Container))
        {
            // Whatever the journal's cut lost, the container is in one of three states.
            bench.Tell((choice++ % 3) switch
            {
                0 => new AgentMessage.ContainerStarted(container, 1),
                1 => new AgentMessage.ContainerExited(container, new ContainerExit.Exited(0)),
                _ => (AgentMessage)new AgentMessage.ContainerNeverStarted(container),
            });
        }
    }

    private static void EndEverything(Bench bench)
    {
        for (var round = 0; round < 200; round++)
        {
            var tasks = bench.Core.View().Frameworks.SelectMany(framework => framework.Tasks).ToList();
            if (tasks.Count == 0)
            {
                return;
            }
            foreach (var task in tasks)
            {
                if (!task.ContainerEnded)
                {
                    bench.Tell(new AgentMessage.ContainerExited(task.Container, new ContainerExit.Exited(0)));
                }
                var (name, framework) = (task.Task.TaskId.Value, task.Task.FrameworkId.Value);
                var update = bench.Done.OfType<CallMaster>().Where(call => call.Call.Type == Call.Types.Type.Update
                    && call.Call.Update.Status.TaskId.Value == name && call.Call.Update.FrameworkId.Value == framework).LastOrDefault();
                if (update is not null)
                {
                    bench.Hear(Make.Acknowledge(name, update.Call.Update.Status, framework));
                }
            }
        }
    }
}
