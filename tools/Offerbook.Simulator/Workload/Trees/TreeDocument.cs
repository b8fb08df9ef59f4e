using Newtonsoft.Json.Linq;

namespace Offerbook.Simulator.Workload.Trees;

/// <summary>A group of some shape as a client writes it.</summary>
/// <param name="Apps">By absolute id; those that the document leaves out are not there.</param>
/// <param name="IsCyclic">Some app depends on itself in the end: the document must be refused.</param>
public sealed record TreeDocument(JObject Body, SortedDictionary<string, AppFacts> Apps, bool IsCyclic);
