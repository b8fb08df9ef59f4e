using Offerbook.Simulator.Workload;

namespace Offerbook.Simulator.Scenarios;

internal static class BatchScenarios
{
    public static void RunsWhileStorefrontUpdates(Scenario story)
    {
        story.PutGroup(revision: 1, instances: 3, behaviour: "ready=2");
        story.UntilConverged();
        story.Jobs.Submit(new JobRequest("crunch", Count: 200, Retries: 0, ExitCode: 0), life: 5);
        story.PutGroup(revision: 2, instances: 3, behaviour: "ready=2");
        story.Until("the job and the update are both under way", () =>
            story.RunningTasks("crunch.") > 0 && story.Cluster.AppsCore!.State.Deployments.Count > 0);
        story.UntilConverged();
        story.Require(story.RunningOnly("/shop/store", "rev=2") && story.RunningOnly("/shop/front", "rev=2"), "the storefront is updated");
        story.Require(story.JobsEnded == 1, "the job has ended");
        story.Require(story.Offers.Launches == 200 + 2 * 9,
            $"each run and each instance was launched once, not {story.Offers.Launches} in all");
    }

    public static void FailedRunIsTriedAgain(Scenario story)
    {
        story.Jobs.Submit(new JobRequest("frail", Count: 1, Retries: 3, ExitCode: 1), life: 1);
        story.Until("the job has ended", () => story.JobsEnded == 1);
        story.Require(story.Offers.Launches == 4, $"a run with 3 retries is tried 4 times, not {story.Offers.Launches}");
        story.UntilConverged();
    }

    public static void KilledWhileJobRuns(Scenario story)
    {
        story.Jobs.Submit(new JobRequest("crunch", Count: 20, Retries: 0, ExitCode: 0), life: 10);
        story.Until("the job runs", () => story.RunningTasks("crunch.") > 5);
        story.Cluster.Batch.Crash("kill -9");
        story.Seconds(20);
        story.Cluster.Batch.Start();
        story.Until("the job has ended", () => story.JobsEnded == 1);
        story.Require(story.Offers.Launches == 20, $"no run was launched twice: {story.Offers.Launches} launches for 20 runs");
        story.UntilConverged();
    }

    public static void RunEndsOnceWhenItsMachineReboots(Scenario story)
    {
        story.Jobs.Submit(new JobRequest("crunch", Count: 6, Retries: 1, ExitCode: 0), life: 30);
        story.Until("the job runs", () => story.RunningTasks("crunch.") == 6);
        story.Cluster.Machines[0].Reboot();
        story.Seconds(10);
        story.Cluster.Machines[0].Agent.Start();
        story.Until("the job has ended", () => story.JobsEnded == 1, 300);
        story.UntilConverged();
    }
}
