namespace Offerbook.Apps.Tests.Rig;

/// <summary>Plays a story once for every event that it journals, and kills the process at that event.</summary>
public static class CrashSweep
{
    /// <param name="play">The story; the process may die anywhere in it and comes back by itself.</param>
    /// <param name="check">Looks at how a story ended; the text says where the process was killed.</param>
    public static void Run(Action<AppsRig> play, Action<AppsRig, string> check)
    {
        var whole = new AppsRig();
        play(whole);
        Assert.That(whole.Journal, Has.Count.GreaterThan(30));
        for (var events = 1; events <= whole.Journal.Count; events++)
        {
            foreach (var effectsLeave in new[] { false, true })
            {
                var rig = new AppsRig(boot: false) { CrashAt = (events, effectsLeave) };
                rig.Boot();
                rig.Run();
                play(rig);
                check(rig, $"killed at event {events}, effects {(effectsLeave ? "left" : "lost")}");
            }
        }
    }
}
