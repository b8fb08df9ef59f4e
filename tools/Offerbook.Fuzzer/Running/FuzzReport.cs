using Offerbook.Fuzzer.Requests;

namespace Offerbook.Fuzzer.Running;

/// <summary>What a run saw. It passed when there is no fault.</summary>
public sealed record FuzzReport(long Requests, IReadOnlyDictionary<int, long> Statuses, IReadOnlyDictionary<string, long> Refusals,
    IReadOnlyList<string> Figures, IReadOnlyList<string> Faults);

/// <summary>
/// The faults of a run as they are found; from many threads. Requests are kept up to a bound, faults are counted beyond it.
/// </summary>
internal sealed class FaultList(string directory)
{
    private const int MaxKept = 50;

    private readonly Lock _gate = new();
    private readonly List<string> _faults = [];
    private int _more;

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_gate)
            {
                return _more == 0 ? [.. _faults] : [.. _faults, $"and {_more} more"];
            }
        }
    }

    public void Add(string fault)
    {
        lock (_gate)
        {
            if (_faults.Count < MaxKept)
            {
                _faults.Add(fault);
            }
            else
            {
                _more++;
            }
        }
    }

    /// <summary>Keeps the bytes in a file, and names what makes them again.</summary>
    public void Add(FuzzRequest request, string fault, byte[] sent)
    {
        lock (_gate)
        {
            if (_faults.Count < MaxKept)
            {
                Directory.CreateDirectory(directory);
                File.WriteAllBytes(Path.Combine(directory, $"{request.Seed}-{request.Index}.bin"), sent);
            }
        }
        Add($"--seed {request.Seed} --from {request.Index} --count 1: {request.What}: {fault}");
    }
}
