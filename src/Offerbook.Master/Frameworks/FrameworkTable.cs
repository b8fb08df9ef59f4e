using System.Diagnostics.CodeAnalysis;
using Offerbook.Master.Operator.Views;
using Offerbook.Wire.Identity;

namespace Offerbook.Master.Frameworks;

/// <summary>Every framework that may still do something, in the order of its arrival, and the last ones that are over.</summary>
internal sealed class FrameworkTable(MasterSettings settings) : IEnumerable<Framework>
{
    private readonly OrderedMap<FrameworkId, Framework> _frameworks = new();
    private readonly OrderedMap<FrameworkId, CompletedFramework> _completed = new();
    private long _next;

    public int Count => _frameworks.Count;

    /// <summary>The frameworks that views must look at again.</summary>
    public ChangeQueue<Framework> Changes { get; } = new();

    /// <summary>Grows with every framework that completes.</summary>
    public long CompletedVersion { get; private set; }

    /// <summary>Oldest first.</summary>
    public IEnumerable<CompletedFramework> Completed => _completed;

    public Framework? Find(FrameworkId id) => _frameworks.Find(id);

    public bool TryGet(FrameworkId id, [MaybeNullWhen(false)] out Framework framework) => _frameworks.TryGet(id, out framework);

    public bool IsCompleted(FrameworkId id) => _completed.Contains(id);

    /// <summary>A new id: unique, because the master's id is new with every start.</summary>
    public FrameworkId NextId(string masterId)
    {
        while (true)
        {
            var id = new FrameworkId($"{masterId}-{_next++:D4}");
            // A framework may have made up the id that is next in turn.
            if (!_frameworks.Contains(id) && !_completed.Contains(id))
            {
                return id;
            }
        }
    }

    public void Add(Framework framework)
    {
        _frameworks.Set(framework.Id, framework);
        framework.ReportTo(Changes);
    }

    public void Remove(FrameworkId id)
    {
        if (_frameworks.TryGet(id, out var framework))
        {
            _frameworks.Remove(id);
            framework.Touch();
        }
    }

    public void AddCompleted(CompletedFramework completed)
    {
        CompletedVersion++;
        _completed.Remove(completed.Framework.Id);
        _completed.Set(completed.Framework.Id, completed);
        if (_completed.Count > settings.MaxCompletedFrameworks)
        {
            _completed.RemoveOldest();
        }
    }

    public IEnumerator<Framework> GetEnumerator() => _frameworks.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A framework that was torn down or did not come back in time. It holds no live tasks and no offers.</summary>
internal sealed record CompletedFramework(Framework Framework, DateTimeOffset UnregisteredTime);
