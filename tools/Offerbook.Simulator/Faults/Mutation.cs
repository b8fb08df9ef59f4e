using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Faults.Defects;

namespace Offerbook.Simulator.Faults;

/// <summary>Defects put in on purpose: a check that finds none of them checks nothing.</summary>
public enum Mutation
{
    None,

    /// <summary>Effects, acknowledgements among them, leave before what they rest on is durable.</summary>
    AnswerBeforeFlush,

    /// <summary>A crash takes back events that were called durable.</summary>
    LoseWhatWasFlushed,

    /// <summary>Frameworks get every status update a second time, later.</summary>
    ReplayUpdates,

    /// <summary>Tasks cannot be killed.</summary>
    IgnoreSignals,

    /// <summary>Agents report ten times the cpus that they have.</summary>
    OverstateResources,

    /// <summary>A RESCIND goes out twice.</summary>
    RescindTwice,

    /// <summary>A rescinded offer's framework is not told; the master itself takes it for ended.</summary>
    KeepEndedOffers,

    /// <summary>DECLINE ends offers, but its filter does not hold.</summary>
    IgnoreRefusals,

    /// <summary>Limits are enforced one unit too high.</summary>
    QuotaOffByOne,

    /// <summary>ACKNOWLEDGE is answered and does not reach the agent.</summary>
    LoseAcknowledgements,

    /// <summary>SUPPRESS is answered and not heeded.</summary>
    IgnoreSuppression,

    /// <summary>KILL is answered and not passed on.</summary>
    LoseKills,

    /// <summary>An agent is told of each launch twice.</summary>
    LaunchTwice,

    /// <summary>Offers hold one unit more than is free.</summary>
    InflateOffers,

    /// <summary>Offers come in a role that their framework is not in.</summary>
    OfferInOtherRoles,

    /// <summary>DRAIN_AGENT and DEACTIVATE_AGENT are answered and not done.</summary>
    ForgetDrains,

    /// <summary>Operators who follow the events are not told of some.</summary>
    LoseEvents,

    /// <summary>The master changes its state without journalling all of it.</summary>
    ForgetToPersist,

    /// <summary>A task that ended while its agent was down is started again.</summary>
    RestartRecoveredTasks,

    /// <summary>An agent does not write down which updates are not acknowledged.</summary>
    ForgetUpdates,

    /// <summary>An agent sends each update once, whether it is acknowledged or not.</summary>
    SendUpdatesOnce,

    /// <summary>An agent that was restarted takes what runs for never started.</summary>
    AdoptNothing,

    /// <summary>An agent starts the first task of a group only.</summary>
    HalveGroups,

    /// <summary>An agent takes a task of a group that failed for one that has finished.</summary>
    SpareGroups,

    /// <summary>The Apps framework leaves some of its changes out of its journal.</summary>
    AppsForgetToPersist,

    /// <summary>It publishes some events twice.</summary>
    AppsRepeatEvents,

    /// <summary>It gives some events an id and does not publish them.</summary>
    AppsSkipEvents,

    /// <summary>It publishes some events after later ones.</summary>
    AppsReorderEvents,

    /// <summary>It answers changes of the number of instances and does not make them.</summary>
    AppsSwallowRequests,

    /// <summary>It sends no KILL.</summary>
    AppsLoseKills,

    /// <summary>It acknowledges the end of tasks and does not take note.</summary>
    AppsAcknowledgeUnheard,

    /// <summary>It takes every health check for failed.</summary>
    AppsDenyHealth,

    /// <summary>It takes every minimum health capacity for 0.</summary>
    AppsOverreach,

    /// <summary>It does not see what apps and groups depend on.</summary>
    AppsDisorder,

    /// <summary>It takes every health check for passed, whatever the answer.</summary>
    AppsPresumeHealth,

    /// <summary>It does not destroy the volumes of instances that are gone.</summary>
    AppsLeakVolumes,

    /// <summary>It destroys volumes of instances that wait to be launched again.</summary>
    AppsDestroyVolumes,

    /// <summary>It launches instances without their volumes.</summary>
    AppsStripVolumes,

    /// <summary>It takes a daemon for an app of one instance.</summary>
    AppsCountDaemons,

    /// <summary>It takes a task that ended well for one that failed.</summary>
    AppsRepeatRuns,

    /// <summary>It takes a task that failed for one that ended well.</summary>
    AppsPresumeSuccess,

    /// <summary>It takes a daemon that runs for one that never began, and starts another beside it.</summary>
    AppsOverlapDaemons,

    /// <summary>It launches pods without their volumes.</summary>
    AppsStripPods,

    /// <summary>It takes the end of a pod's container for the end of its agent, volumes and all.</summary>
    AppsUprootPods,

    /// <summary>An agent gives a task the volumes of another that runs.</summary>
    ShareVolumes,

    /// <summary>An agent tells of the end of a task as soon as it is to be killed.</summary>
    EndTooSoon,

    /// <summary>An agent does not wait until the end of a task is on the disk.</summary>
    LeaveEndsToTheKernel,

    // What follows needs elections.

    /// <summary>The store lets anybody append who once held the log.</summary>
    DropTheFence,

    /// <summary>A takeover does not raise the epoch.</summary>
    KeepTheEpoch,

    /// <summary>An append whose answer was lost is sent again as if it were another.</summary>
    ResendBlindly,

    /// <summary>An append whose answer was lost is taken for done.</summary>
    PresumeDone,

    /// <summary>A takeover does not read the newest event.</summary>
    ReadStale,

    /// <summary>What a leader decided leaves whether it is known to lead or not.</summary>
    ProveNothing,

    /// <summary>A leader does not look at its session any more.</summary>
    SkipTheSessionCheck,

    /// <summary>Candidates are not told that their session has expired.</summary>
    IgnoreExpiry,

    /// <summary>Candidates take a lost connection for an expired session.</summary>
    MistakeLossForExpiry,

    /// <summary>A candidate whose create got no answer creates once more.</summary>
    StandTwice,

    /// <summary>A candidate does not see those before it.</summary>
    LeadUnelected,

    /// <summary>A process that stands in an election serves whether it leads or not.</summary>
    ServeUnelected,

    /// <summary>A new leader of Apps numbers its events from 1.</summary>
    RestartEventIds,

    /// <summary>A new master does not know by when frameworks must be back.</summary>
    ForgetFailoverDeadlines,

    /// <summary>A new leader of Apps kills what it finds running.</summary>
    KillWhatRuns,

    /// <summary>Agents report a state that a task had before, after a later one.</summary>
    AcceptBackwardState,

    /// <summary>A candidate that stepped down keeps its node.</summary>
    KeepTheNode,

    /// <summary>A candidate whose session has expired takes its node of before for one of the next session.</summary>
    KeepTheBallot,

    /// <summary>A takeover that arrives after another one fences that leader.</summary>
    TakeOverLate,

    /// <summary>Readers of events that come back with the last id hear nothing of what they have missed.</summary>
    ForgetTheWindow,

    /// <summary>Readers of events that come back with the last id hear that event once more.</summary>
    RepeatTheLastEvent,

    // What follows needs two builds as well.

    /// <summary>A program does not see that its journal is of a format level that it does not know, and leads.</summary>
    ReadOn,

    /// <summary>A program writes what came with its build though nobody has finished the upgrade.</summary>
    WriteTooSoon,

    /// <summary>A program raises the format level as soon as it leads.</summary>
    RaiseUnasked,
}

internal static class Mutations
{
    public static bool NeedsElections(this Mutation mutation) => mutation >= Mutation.DropTheFence;

    public static bool NeedsBuilds(this Mutation mutation) => mutation >= Mutation.ReadOn;

    public static void Apply(Mutation mutation, SimCluster cluster)
    {
        foreach (var process in cluster.Processes)
        {
            process.Disk.AnswersBeforeFlush = mutation == Mutation.AnswerBeforeFlush;
            process.Disk.LosesWhatWasFlushed = mutation == Mutation.LoseWhatWasFlushed;
        }
        foreach (var machine in cluster.Machines)
        {
            machine.Containers.IgnoresSignals = mutation == Mutation.IgnoreSignals;
            machine.Agent.Spoil = AgentDefects.Of(mutation);
        }
        foreach (var port in cluster.MasterPorts)
        {
            port.ReplaysUpdates = mutation == Mutation.ReplayUpdates;
        }
        foreach (var master in cluster.Masters.Nodes)
        {
            master.Spoil = MasterDefects.Of(mutation);
        }
        foreach (var apps in cluster.AppsRole.Nodes)
        {
            apps.Spoil = AppsDefects.Of(mutation);
        }
        foreach (var port in cluster.AppsPorts)
        {
            port.ReaderDefects = mutation switch
            {
                Mutation.ForgetTheWindow => ReaderDefects.ForgetsTheWindow,
                Mutation.RepeatTheLastEvent => ReaderDefects.RepeatsTheLast,
                _ => ReaderDefects.None,
            };
        }
        ElectionDefects.Apply(mutation, cluster);
        BuildDefects.Apply(mutation, cluster);
    }
}
