namespace Offerbook.Apps.Specs;

/// <summary>The value of an environment variable: text, or the name of one of the app's secrets.</summary>
public abstract record EnvValue
{
    private EnvValue()
    {
    }

    public sealed record Text(string Value) : EnvValue;

    public sealed record SecretRef(string Name) : EnvValue;
}

/// <summary>Something fetched into the sandbox before the command runs.</summary>
/// <param name="DestPath">Name in the sandbox; null takes it from the URI.</param>
public sealed record Artifact(string Uri, bool Extract, bool Executable, bool Cache, string? DestPath);
