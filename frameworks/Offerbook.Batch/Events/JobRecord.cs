using Offerbook.Batch.Jobs;
using Offerbook.Resources;

namespace Offerbook.Batch.Events;

/// <summary>A <see cref="JobSpec"/> as it stands in the journal. Amounts in thousandths.</summary>
public sealed record JobRecord(
    string Id,
    string? Command,
    IReadOnlyList<string> Args,
    long CpusMilli,
    long MemMilli,
    long DiskMilli,
    int Count,
    int Retries,
    IReadOnlyList<KeyValuePair<string, string>> Labels)
{
    public static JobRecord From(JobSpec spec) => new(
        spec.Id, spec.Command, spec.Args, spec.Demand.Cpus.Milli, spec.Demand.Mem.Milli, spec.Demand.Disk.Milli, spec.Count, spec.Retries,
        spec.Labels);

    public JobSpec ToSpec() => new(
        Id, Command, Args, new Demand(new Scalar(CpusMilli), new Scalar(MemMilli), new Scalar(DiskMilli)), Count, Retries, Labels);
}
