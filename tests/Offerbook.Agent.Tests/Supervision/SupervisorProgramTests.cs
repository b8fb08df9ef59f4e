using Microsoft.Extensions.Logging.Abstractions;
using Offerbook.Agent.Containers;
using Offerbook.Agent.Hosting.Supervision;
using Offerbook.Agent.Tests.Support;

namespace Offerbook.Agent.Tests.Supervision;

/// <summary>What only the supervisor that is no shell does; what both do is in ProcessContainersTests.</summary>
public sealed class SupervisorProgramTests
{
    [Test]
    public void TheProgram_RunsOnThisMachine()
    {
        var directory = Directory.CreateTempSubdirectory("offerbook-supervisor-");

        Assert.That(NativeSupervisor.Install(Path.Combine(directory.FullName, "supervise"), "boot", NullLogger.Instance), Is.Not.Null);

        directory.Delete(recursive: true);
    }

    [Test]
    public void ASupervisor_IsSmall()
    {
        Assert.That(SupervisorProgram.ToFile(Guid.NewGuid().ToString(), 0b010_010), Has.Length.LessThanOrEqualTo(8192), "two pages");
    }

    [TestCase("nosuchprogram", "was not found in PATH")]
    [TestCase("./unreadable", "may be executed")]
    [TestCase("./broken", "No such file")]
    public async Task AProgramThatCannotBeExecuted_FailsToLaunch_WithTheReason(string file, string reason)
    {
        await using var yard = new Yard();
        var spec = yard.Spec(new CommandSpec.Program(file, []));
        var sandbox = Directory.CreateDirectory(yard.Sandbox(spec)).FullName;
        await File.WriteAllTextAsync(Path.Combine(sandbox, "unreadable"), "#!/bin/sh\n");
        await File.WriteAllTextAsync(Path.Combine(sandbox, "broken"), "#!/no/such/interpreter\n");
        File.SetUnixFileMode(Path.Combine(sandbox, "broken"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        yard.Runner.Launch(spec);

        Assert.That((await yard.NextAsync<AgentMessage.ContainerLaunchFailed>()).Reason, Does.Contain(reason));
        Assert.That(yard.HasMore, Is.False);
    }

    [Test]
    public async Task ALaunch_CancelledByAnAgentThatCameBack_NeverBegins()
    {
        await using var yard = new Yard();
        var spec = yard.Spec("touch begun");
        Directory.CreateDirectory(yard.Sandbox(spec));
        Assert.That(yard.Files.TryCancel(spec.Container), Is.True);

        yard.Runner.Launch(spec);

        await yard.NextAsync<AgentMessage.ContainerNeverStarted>();
        Assert.That(File.Exists(Path.Combine(yard.Sandbox(spec), "begun")), Is.False);
    }
}
