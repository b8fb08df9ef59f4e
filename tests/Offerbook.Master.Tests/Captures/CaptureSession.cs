using System.Text.Json;
using Mesos.V1;
using Offerbook.Master.Tests.Http;
using AgentEvent = Offerbook.Wire.AgentProtocol.Event;

namespace Offerbook.Master.Tests.Captures;

/// <summary>
/// Brings a master through the recorded session: idle, a scheduler with one task, tasks and a group that end, bad calls, changes by
/// operators, a teardown, a second subscription, and what is left in the end. Offers come sooner and in more parts than from the
/// original, so that the script takes the largest one where the recording has the only one.
/// </summary>
internal sealed class CaptureSession(MasterFixture master, string masterId)
{
    private const string Default = "default-eab553f2";

    private static readonly string s_container = Guid.Empty.ToString();

    private readonly CaptureReplay _replay = new(master, new CaptureForm(masterId, master.Host.Address.Port), masterId);
    private readonly string _framework = masterId + "-0000";
    private readonly Dictionary<string, double> _offers = [];

    public async Task<IReadOnlyDictionary<string, Replayed>> RunAsync()
    {
        using var agent = await CaptureAgent.RegisterAsync(master);
        await _replay.SendAllAsync("idle.master.");
        using var operators = await _replay.OpenAsync("operator.SUBSCRIBE");
        await operators.NextAsync("HEARTBEAT");
        using var scheduler = await _replay.OpenAsync("sched.SUBSCRIBE");
        _replay.StreamId = scheduler.StreamId;
        await LaunchOneAsync(agent, scheduler);
        await _replay.SendAllAsync("running.master.");
        await AskAndKillAsync(agent, scheduler);
        await LaunchTwoAsync(agent, scheduler);
        await LaunchGroupAsync(agent, scheduler);
        await ErrAsync(operators, scheduler);
        await OperateAsync(scheduler);
        await EndAsync(operators, scheduler);
        return _replay.Answers;
    }

    private async Task LaunchOneAsync(CaptureAgent agent, CapturedStream scheduler)
    {
        await TakeLargestOfferAsync(scheduler);
        await _replay.SendAsync("sched.ACCEPT.LAUNCH");
        await agent.NextAsync(AgentEvent.Types.Type.Launch);
        await UpdateAsync(agent, scheduler, "t1", TaskState.TaskStarting);
        await UpdateAsync(agent, scheduler, "t1", TaskState.TaskRunning);
        await TakeLargestOfferAsync(scheduler);
    }

    private async Task AskAndKillAsync(CaptureAgent agent, CapturedStream scheduler)
    {
        await _replay.SendAsync("sched.RECONCILE.explicit");
        await scheduler.NextAsync("UPDATE");
        await scheduler.NextAsync("UPDATE");
        await _replay.SendAsync("sched.RECONCILE.implicit");
        await scheduler.NextAsync("UPDATE");
        await _replay.SendAsync("sched.MESSAGE", "sched.KILL");
        await agent.NextAsync(AgentEvent.Types.Type.Kill);
        await UpdateAsync(agent, scheduler, "t1", TaskState.TaskKilled, "Command terminated with signal Terminated");
    }

    private async Task LaunchTwoAsync(CaptureAgent agent, CapturedStream scheduler)
    {
        await _replay.SendAsync("sched.ACCEPT.LAUNCH2");
        await agent.NextAsync(AgentEvent.Types.Type.Launch);
        await agent.NextAsync(AgentEvent.Types.Type.Launch);
        await UpdateAsync(agent, scheduler, "tfail", TaskState.TaskStarting);
        await UpdateAsync(agent, scheduler, "tok", TaskState.TaskStarting);
        await UpdateAsync(agent, scheduler, "tfail", TaskState.TaskRunning);
        await UpdateAsync(agent, scheduler, "tfail", TaskState.TaskFailed, "Command exited with status 3");
        await UpdateAsync(agent, scheduler, "tok", TaskState.TaskRunning, latest: TaskState.TaskFinished);
        await UpdateAsync(agent, scheduler, "tok", TaskState.TaskFinished, "Command exited with status 0");
        await TakeLargestOfferAsync(scheduler);
        await _replay.SendAsync("sched.ACCEPT.too_big");
        await scheduler.NextAsync("UPDATE");
        await _replay.SendAsync("sched.ACCEPT.stale_offer");
        await scheduler.NextAsync("UPDATE");
    }

    private async Task LaunchGroupAsync(CaptureAgent agent, CapturedStream scheduler)
    {
        await TakeLargestOfferAsync(scheduler);
        await _replay.SendAsync("sched.ACCEPT.LAUNCH_GROUP");
        await UpdateAsync(agent, scheduler, "ga", TaskState.TaskStarting, inGroup: true);
        await UpdateAsync(agent, scheduler, "gb", TaskState.TaskStarting, inGroup: true);
        await UpdateAsync(agent, scheduler, "ga", TaskState.TaskRunning, inGroup: true);
        await UpdateAsync(agent, scheduler, "ga", TaskState.TaskFinished, "Command exited with status 0", inGroup: true);
        await UpdateAsync(agent, scheduler, "gb", TaskState.TaskRunning, inGroup: true, latest: TaskState.TaskFinished);
        await UpdateAsync(agent, scheduler, "gb", TaskState.TaskFinished, "Command exited with status 0", inGroup: true);
        await agent.ExitAsync(_framework, Default);
        await scheduler.NextAsync("FAILURE");
        await TakeLargestOfferAsync(scheduler);
        await _replay.SendAsync("sched.DECLINE", "sched.REQUEST", "sched.REVIVE", "sched.REVIVE.no_payload");
    }

    private async Task ErrAsync(CapturedStream operators, CapturedStream scheduler)
    {
        await _replay.SendAllAsync("err.master.");
        await _replay.SendAllAsync("err.op.");
        await _replay.SendAllAsync("err.sched.");
        await scheduler.NextAsync("UPDATE");
        // The frameworks that get an id, in the order of the recording.
        foreach (var name in (string[])["subscribe_no_roles_multi", "subscribe_neg_failover", "subscribe_bad_role", "subscribe_dup_roles",
            "subscribe_role_and_roles", "subscribe_role_slash"])
        {
            using var stream = await _replay.OpenAsync("err.sched." + name);
            await stream.NoteAsync();
        }
        await operators.NextAsync("FRAMEWORK_REMOVED");
    }

    /// <summary>Only the largest offer stays out, and is rescinded when an operator reserves.</summary>
    private async Task OperateAsync(CapturedStream scheduler)
    {
        await TakeLargestOfferAsync(scheduler);
        await _replay.SendAsync("sched.SUPPRESS");
        foreach (var offer in _offers.Keys)
        {
            var call = new Mesos.V1.Scheduler.Call
            {
                Type = Mesos.V1.Scheduler.Call.Types.Type.Decline,
                FrameworkId = new FrameworkID { Value = _framework },
                Decline = new() { OfferIds = { new OfferID { Value = offer } } },
            };
            await master.PostAsync("/api/v1/scheduler", call, Wire.MessageFormat.Json, _replay.StreamId);
        }
        await _replay.SendAsync("op.UPDATE_WEIGHTS", "op.GET_WEIGHTS.after", "op.UPDATE_QUOTA", "op.GET_QUOTA.after",
            "op.RESERVE_RESOURCES");
        if (_replay.Answers["op.RESERVE_RESOURCES"].Status == 202)
        {
            await scheduler.NextAsync("RESCIND");
        }
        await _replay.SendAsync("op.GET_AGENTS.reserved", "op.UNRESERVE_RESOURCES", "op.GET_roles.after", "op.UPDATE_QUOTA.remove",
            "op.MAINT_UPDATE", "op.SET_LOGGING_LEVEL");
    }

    private async Task EndAsync(CapturedStream operators, CapturedStream scheduler)
    {
        await scheduler.NoteAsync();
        await _replay.SendAsync("sched.TEARDOWN", "sched.after_TEARDOWN.REVIVE");
        using (var again = await _replay.OpenAsync("sched.SUBSCRIBE.after_teardown"))
        {
            await again.NoteAsync();
        }
        using var first = await _replay.OpenAsync("sched.dup.first");
        await first.NextAsync("OFFERS");
        using (var second = await _replay.OpenAsync("sched.dup.second"))
        {
            await first.NoteAsync();
            await second.NoteAsync();
        }
        await operators.NoteAsync();
        await _replay.SendAsync("after_disconnect.GET_FRAMEWORKS");
        await _replay.SendAllAsync("end.master.");
    }

    private async Task UpdateAsync(CaptureAgent agent, CapturedStream scheduler, string task, TaskState state, string? message = null,
        bool inGroup = false,
        TaskState? latest = null)
    {
        var acknowledgement = $"sched.ACKNOWLEDGE.{task}.{Name(state)}";
        await agent.UpdateAsync(_framework, acknowledgement, state, inGroup ? Default : null, inGroup ? s_container : null, message,
            withAddress: !inGroup || state == TaskState.TaskRunning, latest);
        await scheduler.NextAsync("UPDATE");
        await _replay.SendAsync(acknowledgement);
    }

    private static string Name(TaskState state) =>
        string.Concat(state.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? "_" + c : c.ToString())).ToUpperInvariant();

    /// <summary>Waits until an offer of nearly the whole agent is out.</summary>
    private async Task TakeLargestOfferAsync(CapturedStream scheduler)
    {
        const double NearlyAll = 60;
        Keep(scheduler.TakeOffers());
        while (!_offers.Any(offer => offer.Value > NearlyAll))
        {
            Assert.That(await scheduler.NextAsync("OFFERS"), Is.Not.Null, "the stream ended before the offer came");
            Keep(scheduler.TakeOffers());
        }
        _replay.Offer = _offers.Single(offer => offer.Value > NearlyAll).Key;
        _offers.Remove(_replay.Offer);
    }

    private void Keep(IEnumerable<JsonElement> offers)
    {
        foreach (var offer in offers)
        {
            _offers[offer.GetProperty("id").GetProperty("value").GetString()!] = offer.GetProperty("resources").EnumerateArray()
                .Where(resource => resource.GetProperty("name").GetString() == "cpus")
                .Sum(resource => resource.GetProperty("scalar").GetProperty("value").GetDouble());
        }
    }
}
