import RelicNN
@main struct RelicBenchmarks { static func main() { print(Machine.blasCore) } }
