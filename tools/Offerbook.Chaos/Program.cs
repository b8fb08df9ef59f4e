using Offerbook.Chaos.Running;

return await ChaosProgram.RunAsync(args, Console.Out, Console.Error);
