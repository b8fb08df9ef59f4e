using System.Globalization;
using Offerbook.Apps.Core;
using Offerbook.Apps.Specs;
using Offerbook.Simulator.Workload;

namespace Offerbook.Simulator.Checks;

/// <summary>What the Apps core says of an app, in the terms of the client's records.</summary>
public static class AppsReading
{
    /// <returns>Null when there is no such app.</returns>
    public static AppFacts? Facts(AppsCore core, string id) =>
        core.State.Root.FindApp(PathId.Parse(id)) is { } app ? new AppFacts(app.Instances, Revision(app.Cmd ?? ""), true) : null;

    private static int Revision(string command)
    {
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
