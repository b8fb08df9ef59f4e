using Offerbook.Actors;
using Offerbook.Apps.Core;
using Offerbook.Batch.Core;
using Offerbook.Master;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Engine;
using Offerbook.Simulator.Nodes;
using Offerbook.Storage.Formats;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Workload;

/// <summary>
/// Row 34 at random: some programs are of the build before this one, and operators replace them by this build and back again, until they
/// say that the upgrade is finished; from then on only forward. Some say so while old programs still run, which then may not lead. In the
/// end everything is of this build.
/// </summary>
public sealed class UpgradeWorkload
{
    private static readonly FormatSupport Old = new(FormatSupport.NewestLevel - 1, "the build before");
    private static readonly FormatSupport New = FormatSupport.OfThisBuild;

    /// <summary>Of the ones who ask, whom nobody answers over the network.</summary>
    private static readonly ConnectionId[] Askers = [new(9_000_000_001), new(9_000_000_002), new(9_000_000_003)];

    private readonly SimCluster _cluster;
    private readonly SeededRandom _random;
    private readonly TimeSpan _mean;
    private readonly bool _finishes;
    private readonly HashSet<ConnectionId> _raised = [];
    private bool _asked;
    private bool _stopped;

    public UpgradeWorkload(SimCluster cluster)
    {
        _cluster = cluster;
        _random = cluster.World.Seeds.For("upgrades");
        _mean = TimeSpan.FromSeconds(_random.Pick<double>([10, 30]));
        _finishes = _random.Chance(0.5);
        foreach (var process in cluster.Processes)
        {
            Choose(process);
        }
        cluster.Masters.Nodes.ToList().ForEach(node => node.Left += Hear);
        cluster.AppsRole.Nodes.ToList().ForEach(node => node.Left += Hear);
        cluster.BatchRole.Nodes.ToList().ForEach(node => node.Left += Hear);
    }

    public int Replacements { get; private set; }

    /// <summary>Masters, Apps and Batch have all acknowledged the new level.</summary>
    public bool IsFinished => _raised.Count == Askers.Length;

    /// <summary>Everything is of this build, and says so where it is to.</summary>
    public bool IsDone => _stopped && (!_finishes || IsFinished);

    public void Start() => _cluster.World.Schedule(_random.Exponential(_mean), null, () =>
    {
        if (_stopped)
        {
            return;
        }
        if (_finishes && _random.Chance(0.1))
        {
            Finish();
        }
        else
        {
            Replace(_random.Pick(_cluster.Processes));
        }
        Start();
    });

    public void Stop()
    {
        _stopped = true;
        foreach (var process in _cluster.Processes.Where(process => _cluster.BuildOf(process.Name) != New))
        {
            Replace(process);
        }
        if (_finishes)
        {
            FinishAtLast();
        }
    }

    private void FinishAtLast() => _cluster.World.Schedule(TimeSpan.FromSeconds(5), null, () =>
    {
        if (!IsDone)
        {
            Finish();
            FinishAtLast();
        }
    });

    private void Replace(SimProcess process)
    {
        Choose(process);
        Replacements++;
        _cluster.Bounce(process, _random.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5)), "it is replaced");
    }

    private void Choose(SimProcess process) =>
        _cluster.Builds[process.Name] = !_stopped && !_asked && _random.Chance(0.5) ? Old : New;

    private void Finish()
    {
        _asked = true;
        _cluster.Master.TryPost(new MasterMessage.FormatAsked(Askers[0], New.Newest));
        _cluster.Apps.TryPost(new AppsMessage.ApiCalled(
            Askers[1], new Apps.Core.ApiCall.RaiseFormat(New.Newest), new ApiCaller("10.0.0.9", FormatAnswer.Path)));
        _cluster.Batch.TryPost(new BatchMessage.ApiCalled(Askers[2], new Batch.Core.ApiCall.AskFormat(New.Newest)));
    }

    private void Hear(IEffect effect)
    {
        var (asker, status) = effect switch
        {
            MasterEffect.Answer answer => (answer.Connection, answer.Status),
            Apps.Core.Reply reply => (reply.Connection, reply.Status),
            Batch.Core.Reply reply => (reply.Connection, reply.Status),
            _ => (default, 0),
        };
        if (status == 200 && Askers.Contains(asker))
        {
            _raised.Add(asker);
        }
    }
}
