using Offerbook.Agent;
using Offerbook.Simulator.Engine;

namespace Offerbook.Simulator.Machines;

/// <summary>
/// What runs the containers of one machine, and how it answers the agent: as a rule at once, and while it hangs not at all. The agent
/// gives up after a deadline, and what it waits for dies with it.
/// </summary>
public sealed class SimEngine(SimWorld world, string machine)
{
    private readonly List<AgentMessage> _untold = [];
    private readonly List<Action> _unasked = [];
    private int _agentLife;
    private int _hangs;
    private bool _hangTold;

    /// <summary>How long an agent waits for an engine that does not answer.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Hands a message to the agent's core.</summary>
    public Action<AgentMessage> Report { get; set; } = _ => { };

    /// <summary>Whether it answers nothing at the moment; see <see cref="Hang"/>.</summary>
    public bool Hangs => _hangs > 0;

    /// <summary>
    /// It stops to answer for a while, and then goes on where it was: launches wait for a deadline, signals are heeded afterwards, and
    /// only afterwards it tells what has happened to containers meanwhile. The containers know nothing of it.
    /// </summary>
    public void Hang(TimeSpan duration)
    {
        _hangs++;
        world.Note($"the engine of {machine} hangs for {duration}");
        FindOut();
        world.Schedule(duration, null, () =>
        {
            if (--_hangs > 0)
            {
                return;
            }
            world.Note($"the engine of {machine} goes on");
            if (_hangTold)
            {
                _hangTold = false;
                Report(new AgentMessage.EngineChanged(null));
            }
            foreach (var message in Drain(_untold))
            {
                Report(message);
            }
            foreach (var request in Drain(_unasked))
            {
                request();
            }
        });
    }

    /// <summary>Does what the agent asks for. What hangs is waited for until a deadline, and then the request has failed.</summary>
    public void Ask(Action happen, Action fail)
    {
        if (!Hangs)
        {
            happen();
            return;
        }
        var open = true;
        var life = _agentLife;
        _unasked.Add(() =>
        {
            if (open && life == _agentLife)
            {
                open = false;
                happen();
            }
        });
        Later(Deadline, () =>
        {
            if (open)
            {
                open = false;
                fail();
            }
        });
    }

    /// <summary>Does something as soon as it does not hang any more, whether the agent still lives or not.</summary>
    public void AfterHang(Action happen) => _unasked.Add(happen);

    /// <summary>Reports, as soon as it answers.</summary>
    public void Tell(AgentMessage message)
    {
        if (Hangs)
        {
            _untold.Add(message);
        }
        else
        {
            Report(message);
        }
    }

    /// <summary>What the agent's process waits for dies with it.</summary>
    public void Later(TimeSpan after, Action happen)
    {
        var life = _agentLife;
        world.Schedule(after, null, () =>
        {
            if (life == _agentLife)
            {
                happen();
            }
        });
    }

    public void AgentDied()
    {
        _agentLife++;
        _hangTold = false;
        _untold.Clear();
    }

    /// <summary>An agent that starts asks at once.</summary>
    public void AgentRecovers()
    {
        if (Hangs)
        {
            FindOut();
        }
    }

    /// <summary>The agent asks again and again, and takes what has not answered by a deadline for hung.</summary>
    private void FindOut() => Later(Deadline, () =>
    {
        if (Hangs && !_hangTold)
        {
            _hangTold = true;
            Report(new AgentMessage.EngineChanged("the engine does not answer"));
        }
    });

    private static List<T> Drain<T>(List<T> list)
    {
        var all = list.ToList();
        list.Clear();
        return all;
    }
}
