using Offerbook.Agent.Recovery;

namespace Offerbook.Agent.Sandbox;

/// <summary>
/// Forgets finished tasks that are too old, and their sandboxes with them. (How many are kept is bounded where they are added:
/// in <see cref="AgentState"/>.) Ages are judged by the wall clock, because they outlive the process.
/// </summary>
internal sealed class SandboxKeeper(AgentContext context)
{
    public void Start() => context.StartTimer(new AgentMessage.SandboxReviewDue(), context.Settings.SandboxReviewInterval);

    public void Review()
    {
        var before = context.Now.UnixNanoseconds - (context.Settings.SandboxMaxAge.Ticks * TimeSpan.NanosecondsPerTick);
        if (context.State.Frameworks.Values.Any(framework => framework.Finished.TryPeek(out var oldest) && oldest.EndedNanoseconds < before))
        {
            context.Record(new SandboxesExpired { BeforeNanoseconds = before });
        }
        Start();
    }
}
