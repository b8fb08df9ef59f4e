using Offerbook.Actors;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Election;

/// <summary>
/// The sessions of one core, one after another: a lost connection is waited out, for as long as it takes; an expired session is
/// followed by a new one after a back-off, which grows while sessions do not last and so cannot become a loop.
/// </summary>
internal sealed class SessionLife(SeededRandom random)
{
    /// <summary>A session that no server has answered for so long is begun anew, which asks the name service again.</summary>
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(60);

    private readonly Backoff _reopen = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), random);
    private TimeSpan _openedAt;

    /// <summary>Of the newest session; messages of any other are to be ignored.</summary>
    public int Number { get; private set; }

    /// <summary>The service's name of the session; 0 while there is none.</summary>
    public long Id { get; private set; }

    /// <summary>After so long without a connection the service has probably let the session expire.</summary>
    public TimeSpan Timeout { get; private set; }

    public bool IsConnected { get; private set; }

    /// <summary>Whether the message is of an earlier session.</summary>
    public bool IsOver(ElectionMessage message) => message is ServiceMessage heard && heard.Session != Number;

    /// <summary>Takes what sessions bring about by themselves.</summary>
    /// <returns>Whether this one is over, or could not be begun: whatever was learnt in it is void, and <see cref="Ended"/> begins
    /// another.</returns>
    public bool Hear(ElectionMessage message, Now now, Effects effects)
    {
        switch (message)
        {
            case Begin or ReopenDue:
                Open(effects);
                return false;
            case ServiceMessage.SessionOpened opened:
                Opened(opened, now, effects);
                return false;
            case ServiceMessage.OpenFailed failed:
                effects.Add(Texts.OpenFailed(failed.Reason));
                return true;
            case OpenTimedOut timer when timer.Number == Number && Id == 0:
                effects.Add(Texts.NotAnswered);
                return true;
            default:
                return message is ServiceMessage.SessionExpired;
        }
    }

    private void Open(Effects effects)
    {
        Number++;
        effects.Add(new ServiceCall.Open(Number));
        effects.Add(new StartTimer(nameof(OpenTimedOut), OpenPatience, new OpenTimedOut(Number)));
    }

    private void Opened(ServiceMessage.SessionOpened opened, Now now, Effects effects)
    {
        Invariant.Check(opened.Id != 0, "a session has an id");
        Id = opened.Id;
        Timeout = opened.Timeout;
        IsConnected = true;
        _openedAt = now.Elapsed;
        effects.Add(new CancelTimer(nameof(OpenTimedOut)));
    }

    public void Lost() => IsConnected = false;

    public void Restored() => IsConnected = true;

    /// <summary>The session is over, or could not be opened: another follows.</summary>
    public void Ended(Now now, Effects effects)
    {
        if (Id != 0 && now.Elapsed - _openedAt >= Timeout)
        {
            _reopen.Reset();
        }
        Close(effects);
        effects.Add(new StartTimer(nameof(ReopenDue), _reopen.Next(), new ReopenDue()));
    }

    /// <summary>Ends the session for good; nothing that the service still says of it is heard.</summary>
    public void Close(Effects effects)
    {
        effects.Add(new ServiceCall.Close(Number));
        effects.Add(new CancelTimer(nameof(OpenTimedOut)));
        effects.Add(new CancelTimer(nameof(ReopenDue)));
        Number++;
        Id = 0;
        IsConnected = false;
    }
}
