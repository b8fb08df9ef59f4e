using System.CommandLine;
using System.CommandLine.Invocation;
using Offerbook.Cli;
using Offerbook.Cli.Commands;
using Offerbook.Cli.Local;
using Offerbook.Cli.Parts;
using Offerbook.Cli.Storefront;
using Offerbook.Cli.Stores;
using Offerbook.Cli.Talking;

// What follows a lone -- is a command for the cluster (offerbook job run -- COMMAND …), not for this program's parser.
var dashes = Array.IndexOf(args, "--");
var own = dashes < 0 ? args : args[..dashes];
var afterDashes = dashes < 0 ? [] : args[(dashes + 1)..];

var root = new RootCommand("Offerbook: one cluster of machines, shared by services and batch jobs")
{
    LocalCommand.Create(),
    MasterCommand.Create(),
    AgentCommand.Create(),
    AppsCommand.Create(),
    BatchCommand.Create(),
    DeployCommand.Create(),
    StatusCommand.Create(),
    ScaleCommand.Create(),
    RestartCommand.Create(),
    KillCommand.Create(),
    LogsCommand.Create(),
    ExecCommand.Create(afterDashes),
    AttachCommand.Create(),
    JobCommands.CreateJob(afterDashes),
    JobCommands.CreateJobs(),
    EventsCommand.Create(),
    OffersCommand.Create(),
    WhyCommand.Create(),
    PlanCommand.Create(),
    RolloutCommand.Create(),
    SimulateCommand.Create(),
    UpgradeCommand.Create(),
    StoreCommands.CreateBackup(),
    StoreCommands.CreateRestore(),
    StoreCommands.CreateVerify(),
    StorefrontCommand.Create(),
    CredentialOption.Principal,
    CredentialOption.SecretFile,
};

var invocation = new InvocationConfiguration
{
    EnableDefaultExceptionHandler = false,
    // A cluster that is told to stop gets this long to do it in order.
    ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
};

try
{
    var parsed = root.Parse(own);
    return parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction ? Usage.Report(parsed) : await parsed.InvokeAsync(invocation);
}
catch (CliException problem)
{
    Console.Error.WriteLine("offerbook: " + problem.Message);
    if (problem.Hint is not null)
    {
        Console.Error.WriteLine("  " + problem.Hint);
    }
    return problem.ExitCode;
}
catch (OperationCanceledException)
{
    return ExitCode.Interrupted;
}
