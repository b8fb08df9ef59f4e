using Offerbook.Batch.Jobs;

namespace Offerbook.Batch.Core;

/// <summary>What a client asks of Batch; what could be judged without knowing the state has been judged already.</summary>
public abstract record ApiCall
{
    private ApiCall()
    {
    }

    /// <summary>POST /v1/jobs</summary>
    public sealed record AddJob(JobSpec Spec) : ApiCall;

    /// <summary>GET /v1/jobs, the newest first.</summary>
    public sealed record ListJobs(Page Page, JobState? State) : ApiCall;

    /// <summary>GET /v1/jobs/{id}</summary>
    /// <param name="Wait">Answer when the job has ended, or after so long; null: at once.</param>
    public sealed record GetJob(string Id, Page Page, TimeSpan? Wait) : ApiCall;

    /// <summary>DELETE /v1/jobs/{id}</summary>
    public sealed record StopJob(string Id) : ApiCall;

    /// <summary>GET and POST /offerbook/v1/format</summary>
    /// <param name="RaiseTo">Null: only to see it.</param>
    public sealed record AskFormat(int? RaiseTo) : ApiCall;

    /// <summary>GET /v1/info</summary>
    public sealed record GetInfo : ApiCall
    {
        public static GetInfo Instance { get; } = new();
    }
}

/// <summary>A part of a list: <paramref name="Limit"/> elements from <paramref name="Offset"/> on.</summary>
public readonly record struct Page(int Offset, int Limit)
{
    public const int DefaultLimit = 100;

    /// <summary>About 300 KB of rows.</summary>
    public const int MaxLimit = 1_000;

    public static Page Default { get; } = new(0, DefaultLimit);
}
