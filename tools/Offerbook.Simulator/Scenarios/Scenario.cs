using Google.Protobuf;
using Mesos.V1;
using Newtonsoft.Json.Linq;
using Offerbook.Actors;
using Offerbook.Agent;
using Offerbook.Master;
using Offerbook.Simulator.Adapters;
using Offerbook.Simulator.Checks;
using Offerbook.Simulator.Cluster;
using Offerbook.Simulator.Coordination;
using Offerbook.Simulator.Machines;
using Offerbook.Simulator.Network;
using Offerbook.Simulator.Seats;
using Offerbook.Simulator.Storage;
using Offerbook.Simulator.Workload;
using Offerbook.Simulator.Workload.Kinds;
using TaskStatus = Mesos.V1.TaskStatus;

namespace Offerbook.Simulator.Scenarios;

/// <summary>
/// A story told to a cluster without random faults: what happens is in the script, when exactly (delays, ties, flushes) is in the
/// seed. All invariants are checked as in a random run. Whatever the story requires and does not get is a violation.
/// </summary>
public sealed class Scenario
{
    private readonly Auditor _auditor;
    private readonly List<AppRecord> _records = [];
    private readonly AppsClient _client;

    public Scenario(ulong seed, ClusterPlan plan, Action<string>? watch)
    {
        Cluster = new SimCluster(seed, plan);
        Cluster.World.Trace.Listener = watch;
        _client = new AppsClient(Cluster);
        Jobs = new JobsWorkload(Cluster, TimeSpan.FromSeconds(1));
        _auditor = new Auditor(Cluster, _records, Jobs.Jobs);
        Cluster.Start();
    }

    public SimCluster Cluster { get; }

    /// <summary>Submits jobs when told to.</summary>
    public JobsWorkload Jobs { get; }

    public OfferLedger Offers => _auditor.Offers;

    // Time.

    public void Seconds(double seconds) => Run(Cluster.World.Elapsed + TimeSpan.FromSeconds(seconds), () => false);

    /// <summary>Lets virtual time pass until something holds, looked at after every event.</summary>
    public void Until(string what, Func<bool> holds, double seconds = 120)
    {
        if (!holds() && !Run(Cluster.World.Elapsed + TimeSpan.FromSeconds(seconds), holds))
        {
            Invariant.Fail($"not within {seconds} s: {what}");
        }
    }

    /// <summary>Waits until every app has all its instances healthy and nothing else runs.</summary>
    public void UntilConverged(double seconds = 600)
    {
        var end = Cluster.World.Elapsed + TimeSpan.FromSeconds(seconds);
        if (_auditor.WhyNotConverged() is not null && !Run(end, () => _auditor.WhyNotConverged() is null))
        {
            Invariant.Fail($"not converged within {seconds} s: {_auditor.WhyNotConverged()}");
        }
        _auditor.CheckDeep(everything: true);
    }

    public void Require(bool holds, string claim) => Invariant.Check(holds, "not so: " + claim);

    private bool Run(TimeSpan end, Func<bool> done)
    {
        var deep = Cluster.World.Elapsed;
        while (Cluster.World.Step(end))
        {
            _auditor.CheckCheap();
            if (Cluster.World.Elapsed >= deep)
            {
                deep = Cluster.World.Elapsed + TimeSpan.FromSeconds(5);
                _auditor.CheckDeep(everything: true);
            }
            if (done())
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>How many connections there may be at once; a few thousand, unless the story is about more.</summary>
    public int MaxConnections
    {
        set => _auditor.MaxConnections = value;
    }

    // Requests.

    /// <summary>Puts an app and waits for the acknowledgement.</summary>
    /// <param name="to">The machine that is asked; null: any of Apps.</param>
    public void PutApp(string id, int instances, int revision = 1, double minimumHealthCapacity = 1, string behaviour = "",
        string? to = null)
    {
        var answer = TryPutApp(id, instances, revision, minimumHealthCapacity, behaviour, to);
        Until("an answer to the PUT of " + id, () => answer() is not null, 60);
        Require(answer() is 200 or 201, $"the PUT of {id} is answered {answer()}");
    }

    /// <returns>The status of the answer so far.</returns>
    /// <param name="to">The machine that is asked; null: any of Apps.</param>
    public Func<int?> TryPutApp(string id, int instances, int revision = 1, double minimumHealthCapacity = 1, string behaviour = "",
        string? to = null)
    {
        int? answer = null;
        var record = Record(id);
        var facts = new AppFacts(instances, revision, true);
        _client.Send("PUT /v2/apps" + id, Definition(id, facts, minimumHealthCapacity, behaviour), [record], (_, _) => [facts],
            (status, _) => answer = status, to);
        return () => answer;
    }

    /// <summary>Puts the three tiers of /shop, each depending on the one before: store, api, front.</summary>
    public void PutGroup(int revision, int instances, string behaviour = "")
    {
        var facts = new AppFacts(instances, revision, true);
        var records = new[] { "/shop/store", "/shop/api", "/shop/front" }.Select(Record).ToList();
        var apps = new JArray();
        for (var i = 0; i < records.Count; i++)
        {
            var app = Definition(records[i].Id, facts, 1, behaviour);
            if (i > 0)
            {
                app["dependencies"] = new JArray(records[i - 1].Id);
            }
            apps.Add(app);
        }
        Ask("PUT /v2/groups/shop", new JObject { ["id"] = "/shop", ["apps"] = apps }, records, facts);
    }

    /// <param name="force">Whatever deployment of it is under way.</param>
    public void DeleteApp(string id, bool force = false) =>
        Ask($"DELETE /v2/apps{id}{(force ? "?force=true" : "")}", null, [Record(id)], null);

    /// <summary>Puts an app whose instances have a persistent volume each.</summary>
    public void PutResident(string id, int instances)
    {
        var facts = new AppFacts(instances, 1, true);
        var app = Definition(id, facts, 1, "");
        app["role"] = AppKinds.ResidentRole;
        app["container"] = new JObject
        {
            ["type"] = "MESOS",
            ["volumes"] = new JArray(new JObject
            {
                ["containerPath"] = "data", ["mode"] = "RW", ["persistent"] = new JObject { ["size"] = 10 },
            }),
        };
        Ask("PUT /v2/apps" + id, app, [Record(id)], facts);
    }

    /// <summary>Asks what an app would change and whether it would fit.</summary>
    public void Preview(string id, int instances)
    {
        int? answer = null;
        _client.Send("POST /offerbook/v1/plan", Definition(id, new AppFacts(instances, 1, true), 1, ""), [], (_, facts) => [facts],
            (status, _) => answer = status ?? 0);
        Until("an answer to the plan", () => answer is not null, 60);
        Require(answer == 200, $"the plan is answered {answer}");
    }

    private void Ask(string request, JToken? body, List<AppRecord> records, AppFacts? after)
    {
        int? answer = null;
        _client.Send(request, body, records, (_, _) => [after], (status, _) => answer = status ?? 0);
        Until("an answer to " + request, () => answer is not null, 60);
        Require(answer is 200 or 201, $"{request} is answered {answer}");
    }

    private AppRecord Record(string id)
    {
        var record = _records.Find(known => known.Id == id);
        if (record is null)
        {
            _records.Add(record = new AppRecord(id));
        }
        return record;
    }

    private static JObject Definition(string id, AppFacts facts, double minimumHealthCapacity, string behaviour) => new()
    {
        ["id"] = id,
        ["cmd"] = $"sim serve rev={facts.Revision} {behaviour}".TrimEnd(),
        ["instances"] = facts.Instances,
        ["cpus"] = 0.1,
        ["mem"] = 32,
        ["disk"] = 0,
        ["portDefinitions"] = new JArray(new JObject { ["port"] = 0, ["protocol"] = "tcp" }),
        ["upgradeStrategy"] = new JObject { ["minimumHealthCapacity"] = minimumHealthCapacity, ["maximumOverCapacity"] = 0 },
        ["healthChecks"] = new JArray(new JObject
        {
            ["protocol"] = "HTTP",
            ["path"] = "/",
            ["portIndex"] = 0,
            ["gracePeriodSeconds"] = 60,
            ["intervalSeconds"] = 1,
            ["timeoutSeconds"] = 1,
            ["maxConsecutiveFailures"] = 3,
        }),
    };

    // What is so.

    /// <summary>Ids of the app's tasks whose process runs, in order.</summary>
    public List<string> Running(string app) =>
        Of(app).Where(item => item.IsRunning).Select(item => item.Task.Value).Order(StringComparer.Ordinal).ToList();

    /// <summary>How many of the app's processes would pass a health check now.</summary>
    public int Healthy(string app) => Of(app).Count(item => item.IsHealthy(Cluster.World.Elapsed));

    public bool RunningOnly(string app, string text) =>
        Of(app).Where(item => item.IsRunning).All(item => item.Spec.Command.ToString().Contains(text, StringComparison.Ordinal));

    /// <summary>How many tasks run whose ids begin so.</summary>
    public int RunningTasks(string prefix) => Cluster.Machines.SelectMany(machine => machine.Containers.All)
        .Count(item => item.IsRunning && item.Task.Value.StartsWith(prefix, StringComparison.Ordinal));

    public int JobsEnded => _auditor.Jobs.Ended;

    public SimMachine MachineOf(string task) =>
        Cluster.Machines.First(machine => machine.Containers.All.Any(item => item.Task.Value == task));

    /// <summary>Whether the master hands the machine's agent out; null when it does not know it.</summary>
    public bool? IsOffered(SimMachine machine) => Cluster.Master.Core is MasterCore master && machine.Agent.Core is AgentCore agent
        ? master.View(Cluster.Master.Clock.Now).Agents.FirstOrDefault(known => known.Id == agent.View().Id)?.Active
        : null;

    /// <summary>Has an operator's call taken by whoever leads.</summary>
    public void Order(Mesos.V1.Master.Call call)
    {
        int? status = null;
        Cluster.Network.Send(SimCluster.ClientName, Cluster.Masters.LeadingProcess.Name,
            new SimFrame("operator " + call.Type, call.ToByteArray()) { Path = MasterPort.OperatorPath },
            frame => status = frame.Status, _ => { }, TimeSpan.FromSeconds(15));
        Until($"{call.Type} is taken", () => status is 200 or 202, 20);
    }

    // Elections.

    public SimStore Store => Cluster.Store!;

    public SimCoordinator Coordinator => Cluster.Coordinator!;

    /// <summary>The process of whoever leads.</summary>
    public ISeat Leader<TMessage>(SimRole<TMessage> role) where TMessage : class => (ISeat)role.LeadingProcess;

    /// <summary>Waits until each part has one leader, and everybody stands.</summary>
    public void UntilLed(double seconds = 60) => Until("each part is led, and all know by whom", () =>
        (Cluster.Masters.WhyNotLed(Coordinator) ?? Cluster.AppsRole.WhyNotLed(Coordinator)
            ?? Cluster.BatchRole.WhyNotLed(Coordinator)) is null
        && Cluster.Seats.All(seat => seat.LeaderHost is not null), seconds);

    /// <summary>Terms begun by all who stand in an election.</summary>
    public int Terms => Cluster.Seats.Sum(seat => seat.Terms);

    public bool EverRan(string task) => _auditor.Machines.EverBegan(task);

    public TaskState? StateOf(string task) => _auditor.AppsTasks.Last(task)?.State;

    public TaskStatus.Types.Reason? ReasonOf(string task) => _auditor.AppsTasks.Last(task)?.Reason;

    /// <summary>How many ends of a task its framework has heard, the same one counted once however often it came.</summary>
    public int EndsOf(string task) => _auditor.AppsTasks.EndsOf(task);

    public string MessageOf(string task) => _auditor.AppsTasks.Last(task)?.Message ?? "";

    /// <returns>The lowest count of healthy processes at any event from now on.</returns>
    public Func<int> WatchLowestHealthy(string app)
    {
        var lowest = Healthy(app);
        foreach (var machine in Cluster.Machines)
        {
            machine.Containers.Finished += _ => lowest = Math.Min(lowest, Healthy(app));
        }
        return () => lowest;
    }

    private IEnumerable<SimContainer> Of(string app)
    {
        var prefix = app[1..].Replace('/', '_') + ".";
        return Cluster.Machines.SelectMany(machine => machine.Containers.All)
            .Where(item => item.Task.Value.StartsWith(prefix, StringComparison.Ordinal));
    }
}
