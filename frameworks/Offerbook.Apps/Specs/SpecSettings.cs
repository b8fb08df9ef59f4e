namespace Offerbook.Apps.Specs;

/// <summary>What the server adds to, and demands of, submitted definitions.</summary>
public sealed record SpecSettings
{
    /// <summary>Role of apps that name none.</summary>
    public string DefaultRole { get; init; } = "*";

    /// <summary>First service port given to apps that ask for any.</summary>
    public int LocalPortMin { get; init; } = 10_000;

    /// <summary>Last service port given, inclusive.</summary>
    public int LocalPortMax { get; init; } = 20_000;

    /// <summary>Whether a top-level group that comes into being enforces its role when the request does not say.</summary>
    public bool NewTopGroupEnforcesRole { get; init; }

    /// <summary>Name of container networks that are given none.</summary>
    public string? DefaultNetworkName { get; init; }

    /// <summary>Optional features that are on, of <see cref="Specs.Features"/>.</summary>
    public ValueSet<string> Features { get; init; } = [];

    /// <summary>Instances of all apps and pods together.</summary>
    public int MaxInstances { get; init; } = 1_000_000;

    public bool Has(string feature) => Features.Contains(feature);
}

public static class Features
{
    public const string Secrets = "secrets";
    public const string ExternalVolumes = "external_volumes";
    public const string GpuResources = "gpu_resources";
}
