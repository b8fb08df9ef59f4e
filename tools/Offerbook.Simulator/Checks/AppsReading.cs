using System.Globalization;
using Offerbook.Apps.Core;
using Offerbook.Apps.Pods;
using Offerbook.Apps.Specs;
using Offerbook.Simulator.Workload;
using AppDefinition = Offerbook.Apps.Specs.AppDefinition;

namespace Offerbook.Simulator.Checks;

/// <summary>What the Apps core says of an app, in the terms of the client's records.</summary>
public static class AppsReading
{
    /// <returns>Null when there is no such app.</returns>
    public static AppFacts? Facts(AppsCore core, string id) =>
        core.State.Root.FindSpec(PathId.Parse(id)) is { } app ? new AppFacts(app.Instances, RevisionOf(app), true) : null;

    /// <summary>What its client wrote into its command line; 0 when there is none.</summary>
    public static int RevisionOf(RunSpec app)
    {
        var command = app switch
        {
            AppDefinition { Cmd: { } line } => line,
            PodDefinition { Containers: [{ Exec.Command: PodCommand.Shell shell }, ..] } => shell.Text,
            _ => "",
        };
        foreach (var word in command.Split(' '))
        {
            if (word.StartsWith("rev=", StringComparison.Ordinal))
            {
                return int.Parse(word[4..], CultureInfo.InvariantCulture);
            }
        }
        return 0;
    }
}
