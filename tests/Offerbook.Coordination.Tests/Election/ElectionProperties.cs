namespace Offerbook.Coordination.Tests.Election;

[TestFixture]
public sealed class ElectionProperties
{
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Election_UnderFaults_HasOneLeaderAtMost_AndOneInTheEnd(ulong seed) => _ = new SimulatedElection(seed).Run();

    [FsCheck.NUnit.Property(MaxTest = 5)]
    public void Election_RunTwice_IsTheSame(ulong seed)
    {
        var first = new SimulatedElection(seed).Run();

        Assert.That(new SimulatedElection(seed).Run(), Is.EqualTo(first));
    }

    [Test]
    public void Elections_UnderFaults_ChangeLeadersOften()
    {
        var terms = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            var election = new SimulatedElection(seed);
            election.Run();
            terms += election.Terms;
        }

        // Ten minutes each with a fault every 10 s on average: a simulation in which nothing happens would prove nothing.
        Assert.That(terms, Is.GreaterThan(20 * 5));
    }
}
