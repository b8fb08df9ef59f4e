namespace Offerbook.Simulator.Workload;

/// <summary>A job as its client knows it.</summary>
/// <param name="ExitCode">With which every run of the job would end.</param>
public sealed record JobRequest(string Id, int Count, int Retries, int ExitCode)
{
    /// <summary>The framework said that it has the job.</summary>
    public bool Acknowledged { get; set; }

    /// <summary>A client has asked for its end, whether or not it got an answer.</summary>
    public bool StopAsked { get; set; }

    /// <summary>A request for it is under way, or may still arrive.</summary>
    public bool IsBusy { get; set; }
}
