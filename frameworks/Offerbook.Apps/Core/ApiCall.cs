using Newtonsoft.Json.Linq;

namespace Offerbook.Apps.Core;

/// <summary>Who calls, as events tell it.</summary>
/// <param name="Address">The client's IP address in text.</param>
/// <param name="Uri">The request's path.</param>
public sealed record ApiCaller(string Address, string Uri);

/// <summary>
/// A change that a client asks for, with its JSON as parsed but not yet understood: what it means can depend on the state.
/// Ids are as the client wrote them (<c>/a/b</c>, <c>a/b</c>). Reads never come this way; they are answered from the published view.
/// </summary>
public abstract record ApiCall
{
    private ApiCall()
    {
    }

    /// <summary>What the change may restart; null: as the server's default has it.</summary>
    public Groups.Versioning? Versioning { get; init; }

    /// <summary>POST /v2/apps</summary>
    public sealed record CreateApp(JToken Body, bool Force) : ApiCall;

    /// <summary>PUT (<paramref name="CreateMissing"/>) or PATCH /v2/apps: one deployment for all.</summary>
    public sealed record UpdateApps(JToken Body, bool Force, bool Partial, bool CreateMissing) : ApiCall;

    /// <summary>PUT (<paramref name="CreateMissing"/>) or PATCH /v2/apps/{id}</summary>
    public sealed record UpdateApp(string Id, JToken Body, bool Force, bool Partial, bool CreateMissing) : ApiCall;

    /// <summary>DELETE /v2/apps/{id}</summary>
    public sealed record DeleteApp(string Id, bool Force) : ApiCall;

    /// <summary>POST /v2/apps/{id}/restart</summary>
    public sealed record RestartApp(string Id, bool Force) : ApiCall;

    /// <summary>POST /v2/pods</summary>
    public sealed record CreatePod(JToken Body, bool Force) : ApiCall;

    /// <summary>PUT /v2/pods/{id}</summary>
    public sealed record UpdatePod(string Id, JToken Body, bool Force) : ApiCall;

    /// <summary>DELETE /v2/pods/{id}</summary>
    public sealed record DeletePod(string Id, bool Force) : ApiCall;

    /// <summary>
    /// DELETE /v2/pods/{id}::instances/{instance}, or without <paramref name="Instance"/> /v2/pods/{id}::instances with a list of ids.
    /// </summary>
    public sealed record KillPodInstances(string Id, string? Instance, JToken? Body, bool Wipe) : ApiCall;

    /// <summary>POST /v2/groups[/{id}]</summary>
    public sealed record CreateGroup(string Id, JToken Body, bool Force) : ApiCall;

    /// <summary>PUT /v2/groups[/{id}]</summary>
    public sealed record UpdateGroup(string Id, JToken Body, bool Force, bool DryRun) : ApiCall;

    /// <summary>PATCH /v2/groups/{id}</summary>
    public sealed record PatchGroup(string Id, JToken Body) : ApiCall;

    /// <summary>DELETE /v2/groups[/{id}]</summary>
    public sealed record DeleteGroup(string Id, bool Force) : ApiCall;

    /// <summary>DELETE /v2/deployments/{id}: rolls back, or with <paramref name="Force"/> only stops.</summary>
    public sealed record CancelDeployment(string Id, bool Force) : ApiCall;

    /// <summary>DELETE /v2/apps/{id}/tasks and, with <paramref name="Task"/>, /v2/apps/{id}/tasks/{task}. An id ending in <c>/*</c> means
    /// a group's apps.</summary>
    public sealed record KillAppTasks(string Id, string? Task, string? Host, bool Scale, bool Wipe, bool Force) : ApiCall;

    /// <summary>POST /v2/tasks/delete</summary>
    public sealed record KillTasks(JToken Body, bool Scale, bool Wipe, bool Force) : ApiCall;

    /// <summary>DELETE /v2/queue/{id}/delay</summary>
    public sealed record ResetDelay(string Id) : ApiCall;

    /// <summary>POST /offerbook/v1/deployments/{id}/promote</summary>
    public sealed record PromoteDeployment(string Id) : ApiCall;

    /// <summary>POST /offerbook/v1/deployments/{id}/pause</summary>
    public sealed record PauseDeployment(string Id) : ApiCall;

    /// <summary>POST /offerbook/v1/apps/{id}/suspend, or of a group</summary>
    public sealed record SuspendApps(string Id, bool IsGroup, bool Force) : ApiCall;

    /// <summary>POST /offerbook/v1/apps/{id}/resume, or of a group</summary>
    public sealed record ResumeApps(string Id, bool IsGroup, bool Force) : ApiCall;

    /// <summary>POST /offerbook/v1/groups/{id}/restart</summary>
    public sealed record RestartGroup(string Id, bool Force) : ApiCall;

    /// <summary>DELETE /offerbook/v1/groups/{id}/delay</summary>
    public sealed record ResetDelays(string Id) : ApiCall;

    /// <summary>POST /offerbook/v1/apps/{id}/rebalance, when it is known which instances shall move.</summary>
    public sealed record MoveInstances(string Id, IReadOnlyList<string> Instances, bool Force) : ApiCall;

    /// <summary>POST /offerbook/v1/format: what came with this level may stand in the journal from now on.</summary>
    public sealed record RaiseFormat(int Level) : ApiCall;

    /// <summary>Sees what is free in these roles. Answered when the master has had time to offer it.</summary>
    public sealed record LookAround(IReadOnlyList<string> Roles) : ApiCall;
}
