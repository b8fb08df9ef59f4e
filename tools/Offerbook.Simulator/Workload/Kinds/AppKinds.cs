using Offerbook.Apps.Specs;

namespace Offerbook.Simulator.Workload.Kinds;

/// <summary>The apps that are no plain services. What an app is shows in its id, for clients and checks alike.</summary>
public static class AppKinds
{
    /// <summary>Of apps with persistent volumes: the name of their group.</summary>
    public const string ResidentRole = "data";

    public static IReadOnlyList<string> Residents { get; } = ["/data/one", "/data/two"];

    /// <summary>The only pod of other kinds: its instances have a volume each, which both of its containers see.</summary>
    public const string ResidentPod = "/data/pod";

    public static IReadOnlyList<string> Daemons { get; } = ["/everywhere/one", "/everywhere/two"];

    public static IReadOnlyList<string> RunOnce { get; } = ["/once/one", "/once/two"];

    /// <summary>Plain services that say where they would rather be.</summary>
    public static IReadOnlyList<string> Choosy { get; } = ["/choosy/one"];

    /// <summary>Each instance has volumes of its own, and is launched where they are.</summary>
    public static bool IsResident(PathId app) => Residents.Contains(app.ToString()) || IsResidentPod(app);

    public static bool IsResidentPod(PathId app) => app.ToString() == ResidentPod;

    /// <summary>Where it is put and deleted.</summary>
    public static string AddressOf(string app) => (app == ResidentPod ? "/v2/pods" : "/v2/apps") + app;

    /// <summary>One instance runs on every agent that suits.</summary>
    public static bool IsDaemon(PathId app) => Daemons.Contains(app.ToString());

    /// <summary>What has ended well is not started again; what has failed is.</summary>
    public static bool IsRunOnce(PathId app) => RunOnce.Contains(app.ToString());
}
