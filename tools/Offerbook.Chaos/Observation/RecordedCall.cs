namespace Offerbook.Chaos.Observation;

/// <summary>What a client may take for certain after a call.</summary>
public enum CallOutcome
{
    /// <summary>A status of 2xx: it was done, and must never be lost.</summary>
    Acknowledged,

    /// <summary>A status of 4xx, or no connection was made: it was not done.</summary>
    Refused,

    /// <summary>Anything else: it may have been done, may still be done, or never will be.</summary>
    Unknown,
}

/// <summary>One request and its answer, as the client saw them.</summary>
/// <param name="Status">0 without an answer.</param>
/// <param name="Note">The text of a refusal, or why there was no answer.</param>
/// <param name="Writes">What it asked to be changed.</param>
public sealed record RecordedCall(
    string Client, string Method, string Path, TimeSpan Sent, TimeSpan Answered, CallOutcome Outcome, int Status, string Note,
    IReadOnlyList<Write> Writes)
{
    public bool MayBeDone => Outcome != CallOutcome.Refused;
}

/// <summary>What a call asks to be changed of one app, pod or job.</summary>
public abstract record Write
{
    private Write(string runSpec) => RunSpec = runSpec;

    public string RunSpec { get; }

    /// <summary>It shall be there, with this configuration and so many instances.</summary>
    /// <param name="Mark">Names the configuration; each has another.</param>
    public sealed record Define(string RunSpec, string Mark, int Instances) : Write(RunSpec);

    public sealed record Resize(string RunSpec, int Instances) : Write(RunSpec);

    /// <summary>All instances are to be replaced.</summary>
    public sealed record Restart(string RunSpec) : Write(RunSpec);

    public sealed record Remove(string RunSpec) : Write(RunSpec);

    /// <summary>A job of so many runs.</summary>
    public sealed record Submit(string RunSpec, int Runs) : Write(RunSpec);
}
