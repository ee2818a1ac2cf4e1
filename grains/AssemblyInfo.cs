using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("PointsMall.Tests.Cluster")]
[assembly: InternalsVisibleTo("PointsMall.Tests.Domain")]
