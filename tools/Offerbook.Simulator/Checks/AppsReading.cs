using Offerbook.Apps.Core;
using Offerbook.Simulator.Workload;

namespace Offerbook.Simulator.Checks;

/// <summary>What the Apps core says of an app, in the terms of the client's records.</summary>
public static class AppsReading
{
    public static AppFacts? Facts(AppsCore core, string id)
    {
        foreach (var app in core.HealthyCounts())
        {
            if (app.App == id)
            {
                return new AppFacts(app.Instances, 0, true);
            }
        }
        return null;
    }
}
