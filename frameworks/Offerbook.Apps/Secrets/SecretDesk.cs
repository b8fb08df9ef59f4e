using System.Collections.Immutable;
using Offerbook.Apps.Core;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Secrets;

/// <summary>
/// Holds back instances whose app names secrets that cannot be had, and tells why. Knows of a secret only whether it is there: values stay
/// with the shell, which puts them into the launch as it leaves. What is known lives in memory; after a restart it is asked for anew.
///
/// Asked for when an app begins to wait, so that a changed secret is in the next task, and at every sweep while it waits.
/// Costs nothing for apps without secrets, and nothing at all when nobody resolves them: then tasks carry references.
/// </summary>
internal sealed class SecretDesk(AppsSettings settings)
{
    /// <summary>Asked for at one sweep; those of further apps wait for the next.</summary>
    private const int MaxAtOnce = 1_000;

    private readonly SortedSet<PathId> _waiting = [];
    private readonly SortedSet<PathId> _touched = [];
    private readonly SortedSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Null: it is there.</summary>
    private readonly SortedDictionary<string, string?> _known = new(StringComparer.Ordinal);

    /// <summary>Why secrets cannot be had, by their sources; only of what waits.</summary>
    public ImmutableSortedDictionary<string, string> Problems { get; private set; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public void Look(Turn turn, Instance instance)
    {
        if (!settings.ResolvesSecrets || turn.State.DefinitionOf(instance).Secrets.Count == 0)
        {
            return;
        }
        if (instance is { Condition: Condition.Scheduled, Goal: Goal.Running } && _waiting.Add(instance.App))
        {
            Ask(turn, turn.State.DefinitionOf(instance).Secrets.Select(secret => secret.Value));
        }
        _touched.Add(instance.App);
    }

    /// <summary>Whether the app's instances must wait for a secret.</summary>
    public bool HoldsUp(RunSpec app)
    {
        if (settings.ResolvesSecrets)
        {
            foreach (var source in app.Secrets.Select(secret => secret.Value))
            {
                if (!_known.TryGetValue(source, out var problem) || problem is not null)
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <returns>Roles of apps that need not wait any more.</returns>
    public IReadOnlyCollection<string> Take(Turn turn, IReadOnlyList<SecretSeen> secrets)
    {
        var held = Waiting(turn).Where(HoldsUp).ToList();
        foreach (var secret in secrets)
        {
            _asked.Remove(secret.Source);
            _known[secret.Source] = secret.Problem;
            Problems = secret.Problem is { } problem ? Problems.SetItem(secret.Source, problem) : Problems.Remove(secret.Source);
        }
        return new SortedSet<string>(held.Where(app => !HoldsUp(app)).Select(app => app.Role), StringComparer.Ordinal);
    }

    /// <summary>At the end of every turn: what does not wait any more needs no secret.</summary>
    public void Settle(Turn turn)
    {
        foreach (var app in _touched)
        {
            if (_waiting.Contains(app)
                && !turn.State.Instances.Of(app).Any(instance => instance is { Condition: Condition.Scheduled, Goal: Goal.Running }))
            {
                _waiting.Remove(app);
            }
        }
        _touched.Clear();
        if (_waiting.Count == 0 && _asked.Count == 0 && _known.Count > 0)
        {
            _known.Clear();
            Problems = Problems.Clear();
        }
    }

    public void Sweep(Turn turn)
    {
        foreach (var app in _waiting)
        {
            _touched.Add(app);
        }
        Ask(turn, Waiting(turn).SelectMany(app => app.Secrets.Select(secret => secret.Value)).Take(MaxAtOnce));
    }

    private IEnumerable<RunSpec> Waiting(Turn turn) => _waiting.Select(turn.State.Root.FindSpec).OfType<RunSpec>();

    private void Ask(Turn turn, IEnumerable<string> sources)
    {
        var unasked = sources.Where(_asked.Add).ToList();
        if (unasked.Count > 0)
        {
            turn.Out.Add(new ReadSecrets(unasked));
        }
    }
}

/// <summary>What was found of a secret.</summary>
/// <param name="Source">As the app names it.</param>
/// <param name="Problem">Why it cannot be had; null: it can. Never shows a value.</param>
public sealed record SecretSeen(string Source, string? Problem);
