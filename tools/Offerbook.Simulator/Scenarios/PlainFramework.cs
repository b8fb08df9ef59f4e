using Mesos.V1;
using Mesos.V1.Scheduler;
using Offerbook.Actors;
using Offerbook.Client.Scheduling;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Workload.Wild;
using Offerbook.Wire.Identity;

namespace Offerbook.Simulator.Scenarios;

/// <summary>
/// A framework that does just what a story needs: launches so many tasks that run on, and declines everything else for a moment.
/// </summary>
internal sealed class PlainFramework
{
    private readonly SimNode<WildMessage> _node;
    private readonly Core _core;

    /// <param name="wanted">Tasks of 1 cpu and 32 MB.</param>
    /// <param name="failoverSeconds">How long the master waits for it.</param>
    public PlainFramework(SimCluster cluster, string name, string role, int wanted, double failoverSeconds)
    {
        var host = cluster.Network.AddHost(name);
        _core = new Core(name, role, wanted, failoverSeconds);
        var port = new SchedulerPort(cluster.Network, name, cluster.FindMaster(name),
            signal => _node!.TryPost(new WildMessage.MasterSignalled(signal)));
        _node = new SimNode<WildMessage>(name, cluster.World, _core.Begin, effect => port.Perform(effect), null);
        host.Process = _node;
        _node.Started += port.Start;
        _node.Crashed += _ =>
        {
            port.Reset();
            cluster.Network.HostDied(name);
        };
        _node.Start();
        _node.TryPost(new WildMessage.Begin());
    }

    public int Launched => _core.Launched;

    public FrameworkId? Id => _core.Id;

    /// <summary>Offers that it has been sent.</summary>
    public int Offers => _core.Offers;

    /// <summary>It goes and does not come back.</summary>
    public void Leave() => _node.Crash("it leaves for good");

    private sealed class Core(string name, string role, int wanted, double failoverSeconds) : ICore<WildMessage>
    {
        private SubscriptionKeeper? _keeper;

        public int Launched { get; private set; }

        public int Offers { get; private set; }

        public FrameworkId? Id => _keeper?.Id;

        public Core Begin(SeededRandom random)
        {
            var info = new FrameworkInfo { Name = name, User = "root", Checkpoint = true, FailoverTimeout = failoverSeconds,
                Roles = { role } };
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
            _keeper = new SubscriptionKeeper(info, SubscriptionSettings.Default, random,
                timer => new WildMessage.SubscriptionTimedOut(timer));
            return this;
        }

        public void Handle(WildMessage message, Now now, Effects effects)
        {
            switch (message)
            {
                case WildMessage.Begin:
                    _keeper!.Start(now, effects);
                    break;
                case WildMessage.MasterSignalled signalled:
                    Take(_keeper!.Receive(signalled.Signal, now, effects), effects);
                    break;
                case WildMessage.SubscriptionTimedOut timedOut:
                    Take(_keeper!.Elapse(timedOut.Timer, now, effects), effects);
                    break;
            }
        }

        private void Take(SubscriptionNews? news, Effects effects)
        {
            switch (news)
            {
                case SubscriptionNews.EventArrived { Event: { Type: Event.Types.Type.Offers } arrived }:
                    foreach (var offer in arrived.Offers.Offers_)
                    {
                        Offers++;
                        Consider(offer, effects);
                    }
                    break;
                case SubscriptionNews.EventArrived { Event: { Type: Event.Types.Type.Update } arrived } when arrived.Update.Status.HasUuid:
                    _keeper!.Acknowledge(arrived.Update.Status, effects);
                    break;
            }
        }

        private void Consider(Offer offer, Effects effects)
        {
            var id = OfferId.From(offer.Id);
            if (Launched >= wanted || !Has(offer, "cpus", 1) || !Has(offer, "mem", 32))
            {
                _keeper!.Decline([id], TimeSpan.FromSeconds(1), effects);
                return;
            }
            var task = new TaskInfo
            {
                Name = name,
                TaskId = new TaskID { Value = $"{name}-{++Launched}" },
                AgentId = offer.AgentId,
                Command = new CommandInfo { Value = "sim life=100000" },
                Resources = { Part(offer, "cpus", 1), Part(offer, "mem", 32) },
            };
            _keeper!.Accept([id],
                [new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() { TaskInfos = { task } } }],
                TimeSpan.FromSeconds(1), effects);
        }

        private static bool Has(Offer offer, string name, double value) =>
            offer.Resources.Any(resource => resource.Name == name && resource.Scalar.Value >= value);

        private static Resource Part(Offer offer, string name, double value)
        {
            var part = offer.Resources.First(resource => resource.Name == name).Clone();
            part.Scalar.Value = value;
            return part;
        }
    }
}
