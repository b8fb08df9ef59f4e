global using Offerbook.Wire.Flags;
global using Offerbook.Wire.Hosting.Logging;
global using Offerbook.Wire.Http.Limits;
global using Offerbook.Wire.Http.Security;
global using Offerbook.Wire.Metrics;
global using Offerbook.Wire.Text;
global using MasterFlag = Offerbook.Wire.Flags.Flag<Offerbook.Master.Hosting.MasterOptions>;
