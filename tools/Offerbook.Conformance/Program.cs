using Offerbook.Conformance.Running;

return await ConformanceProgram.RunAsync(args, Console.Out, Console.Error);
