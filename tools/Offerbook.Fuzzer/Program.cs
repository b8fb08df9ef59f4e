using Offerbook.Fuzzer.Running;

return await FuzzProgram.RunAsync(args, Console.Out, Console.Error);
