using Newtonsoft.Json.Linq;
using Offerbook.Cluster.Tests.Harness;

namespace Offerbook.Cluster.Tests;

[TestFixture]
internal sealed class StoppingTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [TestCase(Signals.Interrupt)]
    [TestCase(Signals.Terminate)]
    public async Task Program_ToldToStop_LeavesTasksRunningAndFindsThemAgain(int signal)
    {
        await using var cluster = await Harness.Cluster.StartAsync();
        await cluster.DeployAsync(HttpMethod.Post, "/v2/apps",
            JObject.Parse("""{"id":"/sleeper","cmd":"exec sleep 10000","cpus":0.1,"mem":32}"""), Soon);
        var before = TaskProcesses.Under(cluster.DataDirectory);

        cluster.Program.Signal(signal);
        Assert.That(await cluster.Program.WaitForExitAsync(TimeSpan.FromSeconds(15)), Is.Zero, cluster.Program.Output);
        Assert.That(TaskProcesses.Under(cluster.DataDirectory), Is.EqualTo(before));

        await cluster.RestartAsync();
        await Eventually.HoldsAsync(async () =>
            (await cluster.TasksOfAsync("/sleeper")).Any(task => (string?)task["state"] == "TASK_RUNNING"),
            "the task is known again", Soon, cluster.DescribeAsync);
        Assert.That(TaskProcesses.Under(cluster.DataDirectory), Is.EqualTo(before));
    }

    [Test]
    public async Task Program_StoppedWithStopTasks_EndsThemToo()
    {
        await using var cluster = await Harness.Cluster.StartAsync("--stop-tasks");
        await cluster.DeployAsync(HttpMethod.Post, "/v2/apps",
            JObject.Parse("""{"id":"/sleeper","cmd":"exec sleep 10000","cpus":0.1,"mem":32}"""), Soon);
        Assert.That(TaskProcesses.Under(cluster.DataDirectory), Has.Count.EqualTo(1));

        cluster.Program.Signal(Signals.Terminate);
        Assert.That(await cluster.Program.WaitForExitAsync(TimeSpan.FromSeconds(15)), Is.Zero, cluster.Program.Output);
        Assert.That(TaskProcesses.Under(cluster.DataDirectory), Is.Empty);
    }
}
