using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using Offerbook.Actors;
using Offerbook.Actors.Hosting;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Hosting.ZooKeeper.Native;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Hosting.ZooKeeper;

/// <summary>Runs a core of an election against ZooKeeper.</summary>
internal sealed class ElectionShell : IEffectHandler, IAsyncDisposable
{
    private readonly CoreRunner<ElectionMessage> _runner;
    private readonly ServiceLink _link;
    private readonly Action<IEffect> _announce;
    private readonly Action<string> _log;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<IReadOnlyList<Contender>?>> _calls = new();
    private int _lastCall;

    /// <param name="create">Makes the core.</param>
    /// <param name="announce">Takes <see cref="Announce"/> and <see cref="AnnounceLeader"/>; must not block.</param>
    /// <exception cref="ZooKeeperLibraryMissingException">The C client is not installed.</exception>
    public ElectionShell(ZooKeeperUri uri, TimeSpan timeout, Func<SeededRandom, ICore<ElectionMessage>> create, Action<IEffect> announce,
        TimeProvider time,
        Action<string> log)
    {
        ZooKeeperLibrary.Load();
        _announce = announce;
        _log = log;
        var seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _runner = new CoreRunner<ElectionMessage>(create(new SeededRandom(seed)), this, journal: null, time);
        // The mailbox has room: few messages can be under way, as there is one request at a time and each watch fires once. When it says
        // no, the runner has stopped.
        _link = new ServiceLink(uri, timeout, message => _runner.TryPost(message));
    }

    /// <summary>Faults when the core does, which is a bug.</summary>
    public Task Completion => _runner.Completion;

    /// <summary>Call it once.</summary>
    public async Task StartAsync()
    {
        await _runner.StartAsync(CancellationToken.None);
        _runner.TryPost(new Begin());
    }

    /// <summary>For messages that nothing answers. It is lost when the core is no more.</summary>
    public void Post(ElectionMessage message) => _runner.TryPost(message);

    /// <summary>Returns when the core has answered, or is no more.</summary>
    /// <returns>What <see cref="LineTold"/> tells; null for every other call.</returns>
    public async Task<IReadOnlyList<Contender>?> CallAsync(Func<int, ElectionMessage> make, CancellationToken cancellation)
    {
        var call = Interlocked.Increment(ref _lastCall);
        var ended = _calls[call] = new TaskCompletionSource<IReadOnlyList<Contender>?>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _runner.PostAsync(make(call), cancellation);
            await Task.WhenAny(ended.Task, Completion).WaitAsync(cancellation);
            return ended.Task.IsCompletedSuccessfully ? await ended.Task : null;
        }
        catch (ChannelClosedException)
        {
            // Whoever has stopped stands nowhere.
            return null;
        }
        finally
        {
            _calls.TryRemove(call, out _);
        }
    }

    public void Perform(IEffect effect)
    {
        switch (effect)
        {
            case ServiceCall call:
                _link.Carry(call);
                break;
            case CallEnded ended:
                Answer(ended.Call, null);
                break;
            case LineTold told:
                Answer(told.Call, told.Line);
                break;
            case Remark remark:
                _log(remark.Text);
                break;
            default:
                _announce(effect);
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _runner.DisposeAsync();
        await _link.DisposeAsync();
    }

    private void Answer(int call, IReadOnlyList<Contender>? line)
    {
        if (_calls.TryGetValue(call, out var source))
        {
            source.TrySetResult(line);
        }
    }
}
