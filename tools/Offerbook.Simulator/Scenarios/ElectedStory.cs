using Offerbook.Simulator.Nodes;
using Offerbook.Simulator.Seats;

namespace Offerbook.Simulator.Scenarios;

/// <summary>What stories of three masters and two of each framework have in common.</summary>
internal static class ElectedStory
{
    /// <summary>Time-out of sessions in seconds.</summary>
    public const double Session = 10;

    /// <summary>Waits until all are led, and has an app run.</summary>
    public static void Begin(Scenario story, int instances = 6)
    {
        story.UntilLed();
        story.PutApp("/web", instances);
        story.UntilConverged();
    }

    /// <summary>Waits until all is well, and requires that the app runs where it ran before, never launched again.</summary>
    public static void SameTasks(Scenario story, List<string> before)
    {
        story.UntilConverged();
        story.Require(story.Running("/web").SequenceEqual(before), "every task runs where it ran");
        story.Require(story.Offers.Launches == before.Count, "nothing was launched again");
    }

    public static bool IsFollowed<TMessage>(SimRole<TMessage> role, SimNode<TMessage> old) where TMessage : class =>
        role.Leader is { IsServing: true } leader && leader != old;
}
