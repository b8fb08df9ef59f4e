using Offerbook.Resources;

namespace Offerbook.Batch.Jobs;

/// <summary>What one task of a job takes. Memory and disk in megabytes.</summary>
public readonly record struct Demand(Scalar Cpus, Scalar Mem, Scalar Disk);
